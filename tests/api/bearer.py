"""Programs that call the API: with a token of somebody, or with none."""

from django.test import Client

from api.models import Scope, Token
from tests.database import counted_outside_transactions


def token_of(user, *scopes: str) -> str:
    """Returns the text of a new token of this person, with these scopes or with all."""
    name = f"token {Token.objects.filter(user=user).count()}"
    return Token.objects.make(user, name, scopes or Scope.values)[1]


class Program(Client):
    """Calls the API with JSON: `Program(token_of(alice, "vote")).call("/api/papers/2509.08721/vote")`."""

    def __init__(self, token: str = ""):
        super().__init__(HTTP_HOST="127.0.0.1", headers={"authorization": f"Bearer {token}"} if token else None)

    def request(self, **request):
        with counted_outside_transactions():
            return super().request(**request)

    def call(self, path: str, data=None, **headers: str):
        """POST this data as JSON."""
        return self.post(path, {} if data is None else data, content_type="application/json", headers=headers)
