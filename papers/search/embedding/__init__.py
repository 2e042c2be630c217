"""Text → vector: by the model that comes along, by somebody's service, or not at all."""

from functools import cache

from django.conf import settings

from papers.search.embedding.bundled import Bundled
from papers.search.embedding.endpoint import Endpoint
from papers.search.embedding.interface import Embedder, Unavailable

__all__ = ["Embedder", "Unavailable", "embedder"]


@cache
def embedder() -> Embedder | None:
    """What `settings.EMBEDDING` asks for; None if it asks for none. The model is not read before its first text."""
    match settings.EMBEDDING:
        case "none":
            return None
        case "bundled":
            return Bundled()
        case url:
            return Endpoint(
                url, settings.EMBEDDING_MODEL, key=settings.EMBEDDING_KEY, dimensions=settings.EMBEDDING_DIMENSIONS
            )


def name() -> str:
    """The model and its revision, as it stands beside each vector; "" without a model."""
    made_by = embedder()
    return f"{made_by.model} {made_by.revision}" if made_by else ""
