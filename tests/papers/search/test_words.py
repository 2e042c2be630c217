"""The words of a text: PostgreSQL finds those that Python makes, and readers find papers by them as they type them."""

import gzip
import json
import unicodedata
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.words import UNSPACED, bare
from papers.models import AuthorFollow, Paper, SearchEntry, Word
from papers.search import lexicon, results
from papers.search.highlight import Highlighter
from papers.search.syntax import terms
from tests.factories import PaperFactory
from tests.papers.lists.test_lists import titles
from tests.papers.search.reading import text

HUB = sorted((Path(__file__).parents[4] / "shared" / "data" / "hub_daily").glob("*.json.gz"))

# --- Python and PostgreSQL


def different(texts) -> list[tuple[str, str]]:
    """Those of these texts in which PostgreSQL finds other words than `bare`, with the words of `bare`."""
    texts = list(texts)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tsvector_to_array(to_tsvector('simple', words)) FROM unnest(%s::text[]) words",
            [[bare(text) for text in texts]],
        )
        lexemes = [set(row) for (row,) in cursor]
    return [(text, bare(text)) for text, found in zip(texts, lexemes, strict=True) if found != set(bare(text).split())]


def test_every_letter_mark_and_number_is_the_same_to_both(db):
    codes = [*range(0x3100), *range(0xA000, 0xAC00), *range(0xF900, 0x10000), *range(0x10000, 0x32000, 7)]
    characters = [c for c in map(chr, codes) if unicodedata.category(c)[0] in "LMN"]
    assert different([f"a{c}b {c} 1{c}2 ก{c} क{c}1.5{c}" for c in characters]) == []


SIGNS = st.text("aAé1٣. .-_'’^+#*²ø深学がั่क्हि2нΣ", max_size=20)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text() | SIGNS, min_size=20))
def test_words_of_any_text_are_the_same_to_both(db, texts):
    assert different(texts) == []


@pytest.mark.real_data
@pytest.mark.skipif(not HUB, reason="no ../shared/data/hub_daily")
def test_words_of_real_papers_are_the_same_to_both(db):
    papers = [item["paper"] for path in HUB for item in json.loads(gzip.decompress(path.read_bytes()))]
    texts = {text for paper in papers for text in (paper["title"], (paper.get("organization") or {}).get("fullname"))}
    names = {author["name"] for paper in papers for author in paper["authors"] if author["name"]}
    assert len(names) > 30_000
    assert different(filter(None, texts | names)) == []
    typed = {name: bare(name).title() for name in names if not name.isascii()}
    assert len(typed) > 500
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_tsvector('simple', n) || setweight(to_tsvector('simple', n), 'C') @@ q::tsquery"
            " FROM unnest(%s::text[], %s::text[]) AS row(n, q)",
            [[*map(bare, typed)], [*map(lexicon.author_query, typed.values())]],
        )
        assert all(found for (found,) in cursor)


# --- what is found

TITLES = {
    "c++": "Translating C++ to Rust",
    "c": "A compiler for C",
    "c#": "Tests in C# and F#",
    "net": "A net of .NET services",
    "nets": "Nets of many layers",
    "a*": "Beyond A* search",
    "a": "A search for a star",
    "unet++": "UNet++ for images",
    "unet": "UNet for images",
    "knn": "Search by k-NN",
    "l2": "Regression with L2 loss",
    "r2": "What R² hides",
    "f1": "The F₁ measure",
    "t5": "T5 as an encoder",
    "gpt": "GPT-4o as a judge",
    "five": "5 of 4 models are 2 fast",
    "node": "Servers of Node.js",
    "tfidf": "Weights by TF-IDF",
    "3d": "Scenes in 3D",
    "d4rl": "Offline learning on D4RL",
    "greedy": "Exploring ε-greedy",
    "c*": "Nuclear $C^*$-algebras",
    "cold": r"Halos in $\Lambda$CDM",
    "深度": "基于深度学习的图像识别",
    "学": "科学",
    "用": "用C++编写的GPU程序",
    "kana": "ニューラルネットによる画像の認識",
    "korean": "한국어 언어모델의 평가",
    "thai": "การเรียนรู้เชิงลึก",
    "hindi": "हिन्दी भाषा का मॉडल",
}
AUTHORS = {"c": ["Michał Sørby", "Đỗ Iğdır"], "a": ["山田太郎", "李明"], "unet": ["Þóra Ægisdóttir", "Weiß Straßer"]}


def build_scene():
    papers = {
        name: PaperFactory(title=title, abstract="", authors=AUTHORS.get(name, ["Ada Lovelace"]))
        for name, title in TITLES.items()
    }
    Word.objects.recount()
    return SimpleNamespace(names={paper.pk: name for name, paper in papers.items()})


FOUND = {
    "C++": ["c++", "用"],
    '"c++"': ["c++", "用"],
    '"C++ to Rust"': ["c++"],
    "c": ["c"],
    "C#": ["c#"],
    "F#": ["c#"],
    ".NET": ["net"],
    '".net services"': ["net"],
    "A*": ["a*"],
    "UNet++": ["unet++"],
    "UNet": ["unet++", "unet"],
    "k-NN": ["knn"],
    '"k-NN"': ["knn"],
    "L2": ["l2"],
    "L-2": ["l2"],
    "L_2": ["l2"],
    "R²": ["r2"],
    "r2": ["r2"],
    "F1": ["f1"],
    '"F₁ measure"': ["f1"],
    "T5": ["t5"],
    '"T5"': ["t5"],
    "GPT-4o": ["gpt"],
    '"gpt 4o"': ["gpt"],
    "gpt4o": ["gpt"],
    "Node.js": ["node"],
    '"TF-IDF"': ["tfidf"],
    "3D": ["3d"],
    "D4RL": ["d4rl"],
    "ε-greedy": ["greedy"],
    "epsilon-greedy": ["greedy"],
    "C*-algebras": ["c*"],
    '"Lambda CDM"': ["cold"],
    "-3D scenes": [],
    "深度": ["深度"],
    "深度学习": ["深度"],
    '"深度学习"': ["深度"],
    "图像 学习": ["深度"],
    "习学": [],
    "学": ["深度", "学"],
    "学习 -识别": [],
    "GPU程序": ["用"],
    "科学": ["学"],
    "ネット": ["kana"],
    "ﾈｯﾄ": ["kana"],
    "画像": ["kana"],
    "画像認識": [],
    "언어": ["korean"],
    "모델": ["korean"],
    "เรียนรู้": ["thai"],
    "हिन्दी": ["hindi"],
    "Michal Sorby": ["c"],
    "do igdir": ["c"],
    "ĐỖ İĞDIR": ["c"],
    "Thora Aegisdottir": ["unet"],
    "STRASSER": ["unet"],
    "Weiss": ["unet"],
}


@pytest.mark.parametrize("words", FOUND)
def test_every_word_is_found_as_it_is_typed(scene, words):
    wanted = terms(words)
    hits = results.search(results.excluding(Paper.objects.all(), wanted), wanted, by="words").hits
    assert [name for name in TITLES if name in {scene.names[h.pk] for h in hits if "every" in h.retrievers}] == FOUND[
        words
    ]


@pytest.mark.parametrize("words", ["Translating C++", "基于深度", "GPT4o as", "what r2", "unet++", "한국어"])
def test_a_title_that_begins_with_the_words_stands_first(scene, words):
    hits = results.search(Paper.objects.all(), terms(words), by="words").hits
    assert bare(TITLES[scene.names[hits[0].pk]]).startswith(lexicon.bare_term(words))
    assert lexicon.analyse(terms(words)).title_query.startswith("'^':D <-> ")
    assert (
        SearchEntry.objects.extra(where=["words @@ %s::tsquery"], params=[lexicon.analyse(terms(words)).title_query])
        .get()
        .pk
        == hits[0].pk
    )


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Michal Sorby", "c"),
        ("michał sørby", "c"),
        ("Do Igdir", "c"),
        ("山田", "a"),
        ("山田太郎", "a"),
        ("李明", "a"),
        ("Thora Ægisdottir", "unet"),
        ("Strasser", "unet"),
    ],
)
def test_who_is_followed_is_who_the_filter_finds(scene, alice, signed_in, typed, name):
    assert titles(signed_in(alice).get("/papers", {"q": f'author:"{typed}"'}, follow=True)) == [TITLES[name]]
    assert AuthorFollow.objects.make(alice, AuthorFollow.find(typed))
    assert titles(signed_in(alice).get("/papers/following")) == [TITLES[name]]


@pytest.mark.parametrize("typed", ["学力", "C#", "F++", "D*", "T6", "X5", "3E", "ニュ"])
def test_signs_numbers_and_words_without_spaces_are_not_corrected(scene, typed):
    assert lexicon.analyse(terms(typed)).corrections == {}


@pytest.mark.parametrize(("typed", "right"), [("Sorbyy", "sorby"), ("Michłl", "michal"), ("Ægisdotir", "aegisdottir")])
def test_a_misspelt_name_is_mended_without_its_accents(scene, typed, right):
    assert list(lexicon.analyse(terms(typed)).corrections.values()) == [right]


# --- what is marked

MARKED = {
    "C++": "In <mark>C++</mark>, not C",
    "c++": "用<mark>C++</mark>编写",
    "C": "Not C++, <mark>C</mark>",
    "C#": "<mark>C#</mark> or C",
    ".NET": "A <mark>.NET</mark> net",
    "A*": "<mark>A*</mark>, not A",
    "UNet++": "<mark>UNet</mark>++",
    "L2": "<mark>L2</mark> and <mark>L-2</mark> of L and 2",
    "R2": "<mark>R²</mark>",
    "D4RL": "<mark>D4RL</mark> D4",
    "深度学习": "基于<mark>深度学习</mark>的图",
    "学习": "深度<mark>学习</mark>的<mark>学习</mark>",
    '"学习 GPT"': "习<mark>学习</mark> <mark>GPT</mark>",
    "学": "大<mark>学</mark>的<mark>学</mark>习",
    "ガク": "<mark>ｶﾞｸ</mark>セイ",
    "언어": "<mark>언어</mark>모델",
    "เรียน": "การ<mark>เรียน</mark>รู้",
    "हिन्दी": "<mark>हिन्दी</mark> भाषा",
    "Lucja": "<mark>Łucja</mark> <mark>ŁUCJA</mark> Łucj",
    "Thor": "<mark>Þór</mark>",
    "strasse": "<mark>Straße</mark>",
}


@pytest.mark.parametrize("words", MARKED)
def test_marked_is_what_was_found(scene, words):
    analysis = lexicon.analyse(terms(words))
    highlighter = Highlighter(analysis.highlighted, "")
    assert highlighter.highlight(MARKED[words].replace("<mark>", "").replace("</mark>", "")) == MARKED[words]


@given(
    st.text(f"深度学习{UNSPACED[-1]}がﾞﾟาั กa1.", max_size=20),
    st.frozensets(st.text("深度学がาก", min_size=1, max_size=2)),
)
def test_marks_add_nothing_else_to_words_without_spaces(text, lexemes):
    marked = Highlighter(lexemes, "").highlight(text)
    assert marked.replace("<mark>", "").replace("</mark>", "") == text


# --- through the front door


def test_an_imported_paper_is_found_by_ascii_letters(db, alice, signed_in, tmp_path):
    paper = {
        "id": "2511.00001",
        "title": "Ćwiczenia w C++",
        "summary": "Über 卷积神经网络.",
        "publishedAt": "2025-11-01",
    }
    authors = [{"name": "Łucja Ørsted"}, {"name": "Đura Işık"}]
    (tmp_path / "day.json").write_text(json.dumps([{"paper": paper | {"authors": authors}}]))
    call_command("import_hub", str(tmp_path / "day.json"), stdout=StringIO())
    Word.objects.recount()
    reader = signed_in(alice)
    for typed in ("Lucja Orsted", "Dura Isik", "Orsted cwiczenia", "uber", "卷积", "cwiczenia"):
        page = reader.get("/papers", {"q": typed, "by": "words"})
        assert titles(page) == ["Ćwiczenia w C++"], typed
    assert "by Łucja Ørsted" in text(reader.get("/papers", {"q": "Lucja Orsted", "by": "words"}))
    assert "<b>Lucja orsted</b>" in text(reader.get("/papers", {"q": "Lucja Orstedt", "by": "words"}))
    assert "<mark>卷积</mark>神经网络" in text(reader.get("/papers", {"q": "卷积", "by": "words"}))
    assert titles(reader.get("/papers", {"q": 'author:"Lucja Orsted"'}, follow=True)) == ["Ćwiczenia w C++"]
    reader.act("/papers/following/authors/follow", {"what": "Dura Isik"})
    assert titles(reader.get("/papers/following")) == ["Ćwiczenia w C++"]
