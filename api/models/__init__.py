from api.models.storedanswer import StoredAnswer
from api.models.token import Scope, Token

__all__ = ["Scope", "StoredAnswer", "Token"]
