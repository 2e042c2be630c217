"""Text → vector: by the model that comes along, by somebody's service, or not at all."""

from functools import cache

from django.conf import settings

from papers.search.embedding.bundled import Bundled
from papers.search.embedding.endpoint import Endpoint
from papers.search.embedding.interface import Embedder, Unavailable

__all__ = ["Embedder", "Unavailable", "embedder"]


def embedder() -> Embedder | None:
    """The one that `settings.EMBEDDING` names, the same for the same settings; None if that is "none".

    The model is not read before its first text.
    """
    return _embedder(
        settings.EMBEDDING, settings.EMBEDDING_MODEL, settings.EMBEDDING_KEY, settings.EMBEDDING_DIMENSIONS
    )


@cache
def _embedder(address: str, model: str, key: str, dimensions: int) -> Embedder | None:
    match address:
        case "none":
            return None
        case "bundled":
            return Bundled()
        case _:
            return Endpoint(address, model, key=key, dimensions=dimensions)


def name() -> str:
    """The model and its revision, as it stands beside each vector; "" without a model."""
    made_by = embedder()
    return f"{made_by.model} {made_by.revision}" if made_by else ""
