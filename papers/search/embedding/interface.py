"""The interface of embedders."""

from collections.abc import Sequence
from typing import Protocol

import numpy


class Unavailable(Exception):
    """No vector can be made now; the message says why, for the operator."""


class Embedder(Protocol):
    """Makes vectors whose cosine is the similarity of two texts in meaning.

    Only vectors of the same `model` and `revision` are comparable. Both are stored with each vector, and vectors of
    other ones are replaced.
    """

    model: str
    revision: str
    dimensions: int

    def embed(self, texts: Sequence[str], timeout: float = 10.0) -> list[numpy.ndarray]:
        """One vector a text, in their order: float32, shape (dimensions,), of unit length.

        `timeout` is that of a service, in seconds. Raises Unavailable.
        """
