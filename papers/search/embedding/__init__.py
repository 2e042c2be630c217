"""Makes vectors of texts with the bundled model or with an embedding service, as the settings say."""

from functools import cache

from django.conf import settings

from papers.search.embedding.bundled import Bundled
from papers.search.embedding.endpoint import Endpoint
from papers.search.embedding.interface import Embedder, Unavailable

__all__ = ["Embedder", "Unavailable", "embedder"]


def embedder() -> Embedder | None:
    """The embedder that `settings.EMBEDDING` names, the same one for the same settings; None for "none".

    The model is not loaded before its first text.
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


def model_name() -> str:
    """The model and its revision, as they are stored with each vector; "" without a model."""
    model = embedder()
    return f"{model.model} {model.revision}" if model else ""
