"""The pages about what programs do for a person, which are no operations of the API."""

from api.tokens.urls import urlpatterns as tokens

app_name = "machines"
urlpatterns = [*tokens]
