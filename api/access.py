"""Who makes a request of the API, which the token alone says: sessions of browsers do not count."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from ninja.errors import AuthenticationError
from ninja.security.base import AuthBase

from api import rates
from api.models import Scope, Token
from lib.refusals import NotAllowed
from lib.templatetags.house import long_date

OPTIONAL = {"security": [{}, {"Access": []}]}  # of operations that everybody may call, in the OpenAPI document


class Access(AuthBase):
    """Sets `request.user` to the person whose `request.token` the request bears, or to nobody.

    A token without the scope, if one is given, opens what everybody may read, and no more. An operation that nobody can
    call without a token has an Access that `is_required`. Whoever bears a token acts as a member of the site: what
    moderators may do takes a second factor, which belongs to a session.
    """

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, scope: str = Scope.READ, *, is_required: bool = False):
        super().__init__()
        self.scope, self.is_required = scope, is_required

    def __call__(self, request: HttpRequest) -> bool:
        """Raises AuthenticationError for a token that opens nothing, NotAllowed for one that lacks a required scope.

        The request counts for the person, or for the network if the token opens nothing. Raises TooMany.
        """
        request.user, token = AnonymousUser(), None
        try:
            if (header := request.headers.get("Authorization")) is not None:
                token = _token_in(header)
                request.user, token.user.acts_as_member = token.user, True
        finally:
            rates.count(request)
        if token:
            self._use(request, token)
        elif self.is_required:
            raise AuthenticationError(message="This takes an access token, which people make in their settings.")
        return True

    def _use(self, request: HttpRequest, token: Token) -> None:
        if not self.scope or self.scope in token.scopes:
            request.token = token
        elif self.is_required:
            raise NotAllowed(f"This access token lacks the scope “{self.scope}”. It has: {', '.join(token.scopes)}.")
        else:
            request.user = AnonymousUser()
        token.note_use()


def _token_in(header: str) -> Token:
    """Returns the token of an `Authorization` header, in one statement. Raises AuthenticationError."""
    scheme, _, text = header.strip().partition(" ")
    if scheme.lower() != "bearer":
        raise AuthenticationError(message="Send an access token as “Authorization: Bearer hf_…”.")
    token = Token.objects.find(text.strip())
    if token is None:
        raise AuthenticationError(message="This access token does not exist here, or it was revoked.")
    if token.has_expired:
        raise AuthenticationError(message=f"This access token expired on {long_date(token.expires_at)}.")
    if not token.user.is_active:
        raise AuthenticationError(message="The account of this access token is not active.")
    return token
