"""Who makes a request of the API, which the token alone says: sessions of browsers do not count."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from ninja.security.base import AuthBase

from api import rates

OPTIONAL = {"security": [{}, {"Access": []}]}  # of operations that everybody may call, in the OpenAPI document


class Access(AuthBase):
    """Sets `request.user` to the person whose token the request bears, or to nobody."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> bool:
        request.user = AnonymousUser()
        rates.count(request)
        return True
