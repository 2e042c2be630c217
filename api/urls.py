"""The pages about what programs do for a person, which are no operations of the API."""

from api.webhooks.urls import urlpatterns as webhooks

app_name = "machines"
urlpatterns = [*webhooks]
