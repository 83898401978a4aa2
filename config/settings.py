"""Every setting, read from the environment; .env.example explains each variable."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url

from config import embedded
from config.environment import env, env_bool, env_int, env_list, secret_key
from config.storage import storages
from notifications.messages import Kind
from notifications.quiet import parse_hours
from worker.schedule import EVERY

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env("DATA_DIR", str(BASE_DIR / ".data"))).resolve()
SECRET_KEY = secret_key(DATA_DIR)
SECRET_KEY_MADE_HERE = not env("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "config",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.mfa",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "core",
    "people",
    "notifications",
    "assignments",
    "occasions",
    "expenses",
    "api",
]

MIDDLEWARE = [
    "api.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "api.middleware.GzipMiddleware",
    "api.middleware.NotModifiedMiddleware",
    "api.middleware.DatabaseAwayMiddleware",
    "api.middleware.ReadableMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "api.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "api.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# The database is the truth; the broker only a bell.
EMBEDDED = not (env("DATABASE_URL") and env("REDIS_URL"))
DATABASE_URL = env("DATABASE_URL") or embedded.database_url(DATA_DIR)
DATABASE_POOL = env_int("DATABASE_POOL", 0)
DATABASES: dict[str, Any] = {"default": dj_database_url.parse(DATABASE_URL)}
DATABASES["default"]["OPTIONS"] = DATABASES["default"].get("OPTIONS", {}) | {"connect_timeout": 5}
if DATABASE_POOL:
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": DATABASE_POOL, "timeout": 10}

REDIS_URL = env("REDIS_URL") or embedded.redis_url(DATA_DIR)
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {
            # Throttles live here. Losing them must not take the service down.
            "IGNORE_EXCEPTIONS": True,
            "SOCKET_CONNECT_TIMEOUT": 1,
            "SOCKET_TIMEOUT": 2,
        },
    }
}

# The two write the number of a socket's database in different ways.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Nobody's request waits for a bell: it gives up at once, and the sweep rings again.
    "max_retries": 0,
    "socket_connect_timeout": 2,
    "socket_timeout": 2,
    "visibility_timeout": 600,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 45
CELERY_TASK_TIME_LIMIT = 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
PERIODIC_TASKS = EVERY
# Queues of their own, of which workers take in turn: a thousand pushes must not hold up reminders and receipts.
CELERY_TASK_QUEUES: dict[str, dict[str, Any]] = {
    "celery": {},
    "mails": {},
    "periodic": {},
    "receipts": {},
    "reading": {},
}
CELERY_TASK_ROUTES = {name: {"queue": "periodic"} for name in EVERY}
CELERY_TASK_ROUTES["notifications.tasks.deliver_mails"] = {"queue": "mails"}
CELERY_TASK_ROUTES["expenses.tasks.process_receipt"] = {"queue": "receipts"}
CELERY_TASK_ROUTES |= {f"expenses.tasks.{name}_receipt": {"queue": "reading"} for name in ("read", "compare")}
# Questions that nobody asked for so long are asked anew, not made up for.
CELERY_BEAT_SCHEDULE = {
    name: {"task": name, "schedule": every, "options": {"expires": 10 * every.total_seconds()}}
    for name, every in EVERY.items()
}
CELERY_TIMEZONE = "Europe/Stockholm"

# People and sign-in
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_LOGIN = env_bool("PASSWORD_LOGIN")
ACCOUNT_ADAPTER = "people.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
# Addresses are the municipality's to give, and nobody is told which ones are unknown.
ACCOUNT_MAX_EMAIL_ADDRESSES = 1
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Tillfälle: "
ACCOUNT_RATE_LIMITS = {"login": env("LOGIN_RATE", "60/m/ip"), "login_failed": "10/m/ip,5/300s/key"}
MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ("app",)
HEADLESS_TOKEN_STRATEGY = "allauth.headless.tokens.strategies.jwt.JWTTokenStrategy"  # noqa: S105 (a path)
HEADLESS_JWT_ALGORITHM = "HS256"
HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = 600
HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN = int(timedelta(days=30).total_seconds())
HEADLESS_JWT_ROTATE_REFRESH_TOKEN = True
# A token is worth nothing once its session is gone: signing out ends it at once.
HEADLESS_JWT_STATEFUL_VALIDATION_ENABLED = True
SESSION_COOKIE_AGE = HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN
MINIMUM_APP_VERSION = env("MINIMUM_APP_VERSION", "1.0.0")

EMAIL_BACKEND = f"{'core.smtp' if env('EMAIL_HOST') else 'django.core.mail.backends.console'}.EmailBackend"
EMAIL_HOST = env("EMAIL_HOST")
EMAIL_PORT = env_int("EMAIL_PORT", 587)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env("EMAIL_HOST_USER"), env("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", True)
EMAIL_TIMEOUT = 10  # for each answer; core.smtp ends the whole conversation
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "Tillfälle <no-reply@localhost>")

# Push
QUIET_HOURS = parse_hours(env("QUIET_HOURS", "22:00-07:00"))
FIREBASE_CREDENTIALS = env("FIREBASE_CREDENTIALS")
FCM_ENDPOINT_URL = env("FCM_ENDPOINT_URL")
PUSH_THREADS = env_int("PUSH_THREADS", 6)
DELIVERY_CLAIM_SECONDS = env_int("DELIVERY_CLAIM_SECONDS", 120)

# The API
NUM_PROXIES = env_int("NUM_PROXIES", 0)
ALLAUTH_TRUSTED_PROXY_COUNT = NUM_PROXIES
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "people.permissions.RolePermission",
    ],
    "DEFAULT_RENDERER_CLASSES": ["api.renderers.VersionedJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.BoundedJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "api.pagination.CursorPages",
    "DEFAULT_FILTER_BACKENDS": ["api.filters.StrictFilterBackend"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "api.schema.CommandSchema",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": env("USER_RATE", "1200/min")},
    "EXCEPTION_HANDLER": "api.errors.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "NUM_PROXIES": NUM_PROXIES,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Tillfälle",
    "DESCRIPTION": (
        "What the phone of a contact person, and the coordinator, talk to. Answers may get new fields, and their "
        "enums and problem codes new values: read what you do not know as something you do not know."
    ),
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_NAME_OVERRIDES": {
        "PeriodEnum": "assignments.models.Decision.Period",
        "ExpenseCategoryKindEnum": "expenses.models.ExpenseCategory.Kind",
        "AnswerEnum": ["fits", "warn", "ask", "block"],
        "DuplicateAnswerEnum": "expenses.models.Duplicate.Answer",
        "OccasionStatusEnum": "occasions.models.Occasion.Status",
        "ExpenseStatusEnum": "expenses.models.Expense.Status",
        "PreApprovalStatusEnum": "expenses.models.PreApproval.Status",
        "ReceiptStatusEnum": "expenses.models.Receipt.Status",
        "QueueMethodEnum": ["POST", "PATCH", "PUT", "DELETE"],
        "NotificationKindEnum": [kind.value for kind in Kind],
        "SyncedTypeEnum": "api.syncing.serializers.TYPES",
    },
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "api.schema.describe_conventions"],
}

# Words and times
LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska"), ("en", "English")]
TIME_ZONE = "Europe/Stockholm"

# Files
STATIC_URL = "static/"
# Set it where `collectstatic` runs at build time; without it static files are served from their packages.
STATIC_ROOT = env("STATIC_ROOT") or None
WHITENOISE_USE_FINDERS = STATIC_ROOT is None
MEDIA_ROOT = DATA_DIR / "media"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
FILE_UPLOAD_TEMP_DIR = env("UPLOAD_TEMP_DIR") or None
S3_BUCKET = env("S3_BUCKET")
S3_ENDPOINT_URL, S3_REGION = env("S3_ENDPOINT_URL"), env("S3_REGION")
STORAGES = storages(bucket=S3_BUCKET, endpoint_url=S3_ENDPOINT_URL, region=S3_REGION)
RECEIPT_CLAIM_SECONDS = env_int("RECEIPT_CLAIM_SECONDS", 120)
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# Edges
if env_bool("BEHIND_TLS_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^api/health/"]
    SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds())
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "api.errors.permission_denied"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "api.middleware.RequestIdFilter"}},
    "formatters": {
        "line": {
            "class": "api.middleware.DiscreetFormatter",
            "format": "{asctime} {levelname} {name} [{request_id}] {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}},
    "loggers": {
        "django.request": {"level": "ERROR"},
        # What it tells about debugging has signatures in it, and those are keys.
        "botocore": {"level": "INFO"},
    },
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "INFO")},
}

# Watching: whoever asks for the metrics has this.
METRICS_TOKEN = env("METRICS_TOKEN")

UNFOLD = {
    "SITE_TITLE": "Tillfälle",
    "SITE_HEADER": "Tillfälle",
    "SITE_SUBHEADER": "Förvaltning",
    "LOGIN": {"form": "people.sign_in.SignInForm"},
}
