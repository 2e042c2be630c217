"""What everything that makes vectors promises."""

from collections.abc import Sequence
from typing import Protocol

import numpy


class Unavailable(Exception):
    """No vector can be made now; the text tells the operator why."""


class Embedder(Protocol):
    """Makes vectors whose cosine says how near two texts are in meaning.

    Vectors are comparable only if `model` and `revision` are the same: both are kept beside every vector, and one that
    was made under others is made anew.
    """

    model: str
    revision: str
    dimensions: int

    def embed(self, texts: Sequence[str], patience: float = 10.0) -> list[numpy.ndarray]:
        """One vector a text, in their order: float32, shape (dimensions,), of unit length.

        `patience`: seconds that a service may take for each step of its answer. Raises Unavailable.
        """
