"""The words of a search in the index: stems, prefixes, phrases, weights, and the rarest words within a budget."""

import math

import pytest

from papers.models import Word
from papers.search import lexicon
from papers.search.syntax import terms
from tests.factories import PaperFactory
from tests.papers.search import library


@pytest.fixture
def counted(db):
    library.fill()
    Word.objects.recount()


def analyse(words) -> lexicon.Analysis:
    return lexicon.analyse(terms(words))


@pytest.mark.parametrize(
    ("words", "lexemes"),
    [
        ("reasoned", {"reason", "reasoned"}),
        ("the networks of a graph", {"network", "networks", "graph"}),
        ("GPT-4", {"gpt", "4"}),
        ('"Chain of Thought"', {"chain", "thought"}),
        ("Müller’s", {"mullers", "muller"}),
        ("graph -survey", {"graph"}),
        ("drugs OR radiology", {"drug", "drugs", "radiolog", "radiology"}),
        ("the of", set()),
        ("", set()),
    ],
)
def test_stems_and_spellings_count_as_found_stop_words_do_not(counted, words, lexemes):
    assert analyse(words).highlighted == lexemes


@pytest.mark.parametrize(
    ("words", "prefix"),
    [
        ("graph neur", "neur"),
        ("graph OR neur", "neur"),
        ("graph neur -survey", "neur"),
        ("Gö", ""),
        ("neural graph", ""),  # a word by itself
        ("göd", "god"),
        ('graph "neur"', ""),
        ("multi-mod", ""),
        ("-survey", ""),
        ("", ""),
    ],
)
def test_the_last_wanted_word_of_three_letters_or_more_stands_for_all_that_begin_so(counted, words, prefix):
    analysis = analyse(words)
    assert analysis.prefix == prefix
    assert (":*" in analysis.every_query) == bool(prefix)


@pytest.mark.parametrize(
    "words", ["", "the", "the of and", "-survey", '-"chain of thought" -the', "- -- !!!", "ﾞ ﾞ", '"ﾞ"']
)
def test_where_no_word_is_wanted_nothing_is_asked(counted, words):
    analysis = analyse(words)
    assert (analysis.every_query, analysis.weights, analysis.rare_count, analysis.corrections) == ("", {}, 0, {})


def test_rarer_words_weigh_more_as_in_bm25(counted):
    weights = analyse("language survey zebra").weights
    assert list(weights) == ["zebra", "survey", "languag"]
    assert list(weights.values()) == pytest.approx(
        [math.log(1 + (6 - n + 0.5) / (n + 0.5)) for n in (0, 1, 2)]  # of six papers
    )


@pytest.mark.parametrize(
    ("postings", "looked_up"),
    [(0, ["zebra"]), (1, ["zebra", "survey"]), (2, ["zebra", "survey"]), (3, ["zebra", "survey", "languag"])],
)
def test_the_rarest_words_are_looked_up_until_the_budget_of_postings_is_spent(
    counted, monkeypatch, postings, looked_up
):
    monkeypatch.setattr(lexicon, "MAX_POSTINGS", postings)
    analysis = analyse("language survey zebra")
    assert list(analysis.weights)[: analysis.rare_count] == looked_up


@pytest.mark.parametrize(
    ("postings", "factor", "words", "tsquery"),
    [
        (0, 99, "language survey zebra", "((('zebra') | ('zebra':*)))"),  # which no paper has
        (1, 99, "language survey", "((('survey')))"),
        (0, 99, "language survey", "((('survey'))) & ((('languag') | ('language')))"),
        (0, 0, "language survey", ""),  # too many to be looked up one by one
        (9, 0, "language OR survey the", "((('languag') | ('language')) | (('survey')))"),
        (9, 0, "the", ""),
    ],
)
def test_papers_are_looked_up_by_their_rarest_words(counted, monkeypatch, postings, factor, words, tsquery):
    monkeypatch.setattr(lexicon, "MAX_POSTINGS", postings)
    monkeypatch.setattr(lexicon, "LOOKUP_FACTOR", factor)
    assert analyse(words).rare_query == tsquery


@pytest.mark.parametrize(
    ("name", "tsquery"),
    [
        ("Núñez", "'nunez':C"),
        ("José Núñez", "'jose':C <-> 'nunez':C"),
        ("O'Brien", "'obrien':C"),
        ("C.-J. Müller", "'c':C <-> 'j':C <-> 'muller':C"),
        ("\\ ' & | ! :* ()", ""),
    ],
)
def test_a_name_is_its_words_side_by_side(name, tsquery):
    assert lexicon.author_query(name) == tsquery


def test_a_whole_word_is_as_rare_wherever_it_stands(counted, monkeypatch):
    for n in range(9):
        PaperFactory(title=f"Surveyors {n}", abstract="")
    Word.objects.recount()
    monkeypatch.setattr(lexicon, "MAX_POSTINGS", 1)
    assert analyse("language survey").rare_query == analyse("survey language").rare_query == "((('survey')))"


def test_an_index_without_papers_knows_no_word(db):
    Word.objects.recount()
    analysis = analyse("graph neural -survey")
    assert (analysis.weights.keys(), analysis.rare_count, analysis.corrections) == ({"graph", "neural"}, 2, {})


def test_words_are_weighed_before_they_were_ever_counted(db):
    PaperFactory(title="Graphs")
    assert analyse("graphs paper").rare_count == 2
