"""The pages about the API and about what programs do for a person, which are no operations of the API."""

from django.urls import path

from api.dump.urls import urlpatterns as dump
from api.mcp.views import mcp
from api.reference import views
from api.tokens.urls import urlpatterns as tokens
from api.webhooks.urls import urlpatterns as webhooks

app_name = "machines"
urlpatterns = [
    path("mcp", mcp, name="mcp"),
    path("api", views.reference, name="reference"),
    path("api/", views.with_slash, name="reference_with_slash"),
    path("api/openapi.json", views.openapi, name="openapi"),
    *dump,
    *tokens,
    *webhooks,
]
