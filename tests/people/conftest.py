"""What the tests about people share."""

import pytest
from django.core.cache import cache
from pytest_django import Settings


@pytest.fixture
def own_cache(settings: Settings) -> None:
    """Count attempts where no other test run at the same time empties the counters."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
