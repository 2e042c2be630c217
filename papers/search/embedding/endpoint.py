"""An embedding service with OpenAI's API: https://platform.openai.com/docs/api-reference/embeddings."""

from collections.abc import Sequence

import httpx2
import numpy

from papers.search.embedding.interface import Unavailable


class Endpoint:
    """An Embedder that calls the service under `base`, for example https://host/v1, once for all texts of a call.

    `key`, unless "", is sent as a bearer token. `revision` is the host, since two services may give different models
    the same name.
    """

    def __init__(self, base: str, model: str, *, key: str, dimensions: int) -> None:
        self._url = httpx2.URL(f"{base.rstrip('/')}/embeddings")
        self.model, self.revision, self.dimensions = model, self._url.netloc.decode(), dimensions
        self._address = f"{self.revision}{self._url.path}"  # the address without a password
        self._http = httpx2.Client(headers={"Authorization": f"Bearer {key}"} if key else {})

    def embed(self, texts: Sequence[str], timeout: float = 10.0) -> list[numpy.ndarray]:
        if not texts:
            return []
        vectors = self._parse(self._post(texts, timeout), len(texts))
        lengths = numpy.linalg.norm(vectors, axis=1, keepdims=True)
        if not (numpy.isfinite(lengths) & (lengths > 0)).all():
            raise Unavailable(f"{self._address} sent a vector that is zero or not of finite numbers")
        return list((vectors / lengths).astype(numpy.float32))

    def _post(self, texts: Sequence[str], timeout: float) -> httpx2.Response:
        body = {"model": self.model, "input": list(texts)}
        try:
            response = self._http.post(self._url, json=body, timeout=timeout)
        except httpx2.HTTPError as error:
            raise Unavailable(f"{self._address} did not answer: {error}") from error
        if not response.is_success:
            raise Unavailable(f"{self._address} answered {response.status_code} {response.reason_phrase}")
        return response

    def _parse(self, response: httpx2.Response, count: int) -> numpy.ndarray:
        """The vectors in the order of their texts, shape (count, dimensions), as they were sent. Raises Unavailable."""
        try:
            rows = sorted(response.json()["data"], key=lambda row: row["index"])
            indices = [row["index"] for row in rows]
            vectors = numpy.array([row["embedding"] for row in rows], dtype=numpy.float64)
            _, dimensions = vectors.shape
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            raise Unavailable(f"{self._address} did not answer in the form of OpenAI's API") from error
        if indices != list(range(count)):
            raise Unavailable(f"{self._address} did not send one vector for each of {count} texts")
        if dimensions != self.dimensions:
            raise Unavailable(
                f"{self._address} sends vectors of {dimensions} numbers, EMBEDDING_DIMENSIONS is {self.dimensions}"
            )
        return vectors
