"""Addresses of the API, and of the pages about it."""

from django.urls import path

from api.contract import api
from api.mcp.views import mcp
from api.reference import views

urlpatterns = [
    path("mcp", mcp, name="mcp"),
    path("api", views.reference, name="api_reference"),
    path("api/", views.with_slash, name="api_with_slash"),
    path("api/openapi.json", views.openapi, name="api_openapi"),
    path("api/", api.urls),
]
