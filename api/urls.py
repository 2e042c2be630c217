"""Addresses of the API, of the pages about it, and of the pages about what programs do for a person."""

from django.urls import include, path

from api.contract import api
from api.reference import views
from api.webhooks.urls import urlpatterns as webhooks

PAGES = [*webhooks]
urlpatterns = [
    path("", include((PAGES, "machines"))),
    path("api", views.reference, name="api_reference"),
    path("api/", views.with_slash, name="api_with_slash"),
    path("api/openapi.json", views.openapi, name="api_openapi"),
    path("api/", api.urls),
]
