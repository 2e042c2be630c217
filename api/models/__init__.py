from api.models.token import Scope, Token

__all__ = ["Scope", "Token"]
