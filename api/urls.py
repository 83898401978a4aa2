"""Every path of the house."""

from django.contrib import admin
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerView
from rest_framework.permissions import AllowAny

from api import health, metrics
from api.errors import page_not_found
from api.home import HomeView
from api.problems import list_problems
from api.syncing.views import SyncView

OPEN = {"authentication_classes": [], "permission_classes": [AllowAny], "throttle_classes": []}

urlpatterns = [
    path(
        "api/v1/",
        include(
            [
                path("home", HomeView.as_view(), name="home"),
                path("sync", SyncView.as_view(), name="sync"),
                path("", include("people.urls")),
                path("", include("notifications.urls")),
                path("", include("assignments.urls")),
                path("", include("occasions.urls")),
                path("", include("expenses.urls")),
            ]
        ),
    ),
    path("api/health/live", health.live, name="live"),
    path("api/health/ready", health.ready, name="ready"),
    path("api/metrics", metrics.metrics, name="metrics"),
    path("api/docs/problems", list_problems, name="problems"),
    path("api/schema", SpectacularJSONAPIView.as_view(**OPEN), name="schema"),
    path("api/docs", SpectacularSwaggerView.as_view(url_name="schema", **OPEN), name="docs"),
    # Nobody here has a phone number of their own, and django-allauth fails where there is none.
    path("_allauth/app/v1/account/phone", csrf_exempt(page_not_found)),
    path("_allauth/", include("allauth.headless.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "api.errors.bad_request"
handler403 = "api.errors.permission_denied"
handler404 = "api.errors.page_not_found"
handler500 = "api.errors.server_error"
