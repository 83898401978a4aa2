"""The settings of the house, and paths of the floors besides."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.api.urls"
HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = 86_400  # a run lasts longer than ten minutes
