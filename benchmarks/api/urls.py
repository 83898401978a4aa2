"""The paths of the house, and those of the floors."""

from django.urls import path

from api.urls import handler400, handler403, handler404, handler500
from api.urls import urlpatterns as of_the_house
from benchmarks.api import plain, raw

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    *of_the_house,
    path("raw/home", raw.RawHome.as_view()),
    path("raw/sync", raw.RawSync.as_view()),
    path("raw/occasions", raw.RawOccasions.as_view()),
    path("raw/assignments/<uuid:assignment_id>/quota", raw.RawQuota.as_view()),
    path("plain/home", plain.PlainHome.as_view()),
    path("plain/sync", plain.PlainSync.as_view()),
    path("plain/occasions", plain.PlainOccasions.as_view()),
    path("plain/assignments/<uuid:assignment_id>/quota", plain.PlainQuota.as_view()),
]
