"""Makes vectors of texts with the bundled model or with an embedding service, as the settings say."""

from functools import cache

from django.conf import settings

from papers.search.embedding.bundled import Bundled
from papers.search.embedding.endpoint import Endpoint
from papers.search.embedding.interface import Embedder, Unavailable

__all__ = ["Embedder", "Unavailable", "embedder"]


@cache
def embedder() -> Embedder | None:
    """The embedder that `settings.EMBEDDING` names; None for "none". The model is not loaded before its first text."""
    match settings.EMBEDDING:
        case "none":
            return None
        case "bundled":
            return Bundled()
        case url:
            return Endpoint(
                url, settings.EMBEDDING_MODEL, key=settings.EMBEDDING_KEY, dimensions=settings.EMBEDDING_DIMENSIONS
            )


def model_name() -> str:
    """The model and its revision, as they are stored with each vector; "" without a model."""
    model = embedder()
    return f"{model.model} {model.revision}" if model else ""
