"""The language of the search box: parsing, unparsing, and the terms of a search."""

from datetime import date

import pytest
from django.http import QueryDict
from hypothesis import assume, example, given
from hypothesis import strategies as st

from papers.lists.filters import PaperFilter
from papers.period import Period
from papers.search import syntax
from papers.search.syntax import MAX_LENGTH, Query, Term, normalise_value, parse, terms, unparse

PIECES = (
    "org: author: cat: TOPIC: has: has:code repro: repro:any seen: votes>= votes> votes: after: before: 2025 "
    '2025-W30 cs.CL - -- OR or agents GPT-4 foo:bar *** 10 2147483647 ١٠ ſ ñ שלום 🤖 " “ ” \x00 \u2028 \u200f \ud800'
)
pieces = st.sampled_from(PIECES.split(" "))
typed = st.lists(pieces | st.just(" ") | st.text(max_size=5), max_size=60).map("".join)
texts = typed | st.text(st.characters(codec=None), max_size=200)


@pytest.mark.parametrize(
    ("text", "words", "filters"),
    [
        ("", "", {}),
        ("  agents \n planning\x00 ", "agents planning", {}),
        ("org:nvidia agents", "agents", {"org": "nvidia"}),
        ("ORG:NVIDIA", "", {"org": "NVIDIA"}),
        ('author:"Yejin Choi"', "", {"author": "Yejin Choi"}),
        ("author:“Yejin  Choi”", "", {"author": "Yejin Choi"}),
        ("cat:cs.CL", "", {"topic": "cs.CL"}),
        ('topic:"world models"', "", {"topic": "world models"}),
        ("has:Code", "", {"has": "code"}),
        ("has:DATASET", "", {"has": "dataset"}),
        ("repro:works", "", {"repro": "works"}),
        ("repro:ANY", "", {"repro": "any"}),
        ("seen:NEW", "", {"seen": "new"}),
        ("votes>=10", "", {"min_votes": "10"}),
        ("votes:010", "", {"min_votes": "10"}),
        ("votes>9", "", {"min_votes": "10"}),
        ("after:2025-01-31 before:2025-01-31", "", {"after": "2025-01-31", "before": "2025-01-31"}),
        ("after:2025-W30 before:2025-w30", "", {"after": "2025-07-21", "before": "2025-07-27"}),
        ("after:2024-02 before:2024-02", "", {"after": "2024-02-01", "before": "2024-02-29"}),
        ("after:2025 before:2025", "", {"after": "2025-01-01", "before": "2025-12-31"}),
        ("after:1991-W01", "", {"after": "1991-01-01"}),
        ("http://x foo:bar GPT-4: a report votes<5 haſ:code", "http://x foo:bar GPT-4: a report votes<5 haſ:code", {}),
        ("“chain  of thought ”", '"chain of thought"', {}),
        ('"agents"planning', '"agents" planning', {}),
        ('-survey -"a review" agents', 'agents -survey -"a review"', {}),
        ("- -- *** !!! \"\" -'' agents", "agents", {}),
        ("state-of-the-art C++", "state-of-the-art C++", {}),
        ("OR a OR OR b OR", "a OR b", {}),
        ('"org:x" "OR" a', '"org:x" "OR" a', {}),
        (
            'org:nvidia author:"Yejin Choi" cat:cs.CL has:code votes>=10 after:2025-01 before:2025-W30 '
            '"chain of thought" -survey agents OR planning transf',
            '"chain of thought" agents OR planning transf -survey',
            {
                "org": "nvidia",
                "author": "Yejin Choi",
                "topic": "cs.CL",
                "has": "code",
                "min_votes": "10",
                "after": "2025-01-01",
                "before": "2025-07-27",
            },
        ),
    ],
)
def test_a_text_becomes_words_and_filters(text, words, filters):
    assert parse(text) == Query(words, filters, ())


@pytest.mark.parametrize(
    ("text", "words", "filters", "problem"),
    [
        ("a org: b", "a b", {}, "“org:” was ignored: write it as org:nvidia."),
        ('org:""', "", {}, '“org:""” was ignored: write it as org:nvidia.'),
        ("a -org:x", "a", {}, "“-org:x” was ignored: a minus works only before words."),
        ("votes>=abc", "", {}, "“votes>=abc” was ignored: write it as votes>=10."),
        ("votes:-1", "", {}, "“votes:-1” was ignored: write it as votes:10."),
        ("votes>2147483647", "", {}, "“votes>2147483647” was ignored: write it as votes>9."),
        ("has:data", "", {}, "“has:data” was ignored: write it as has:code, model, dataset or demo."),
        ("repro:", "", {}, "“repro:” was ignored: write it as repro:works, partly, fails or any."),
        ("seen:yes", "", {}, "“seen:yes” was ignored: write it as seen:no or seen:new."),
        (
            "after:2025-02-30",
            "",
            {},
            "“after:2025-02-30” was ignored: write it as after:2025-01-31, 2025-W30, 2025-01 or 2025.",
        ),
        (
            "before:soon",
            "",
            {},
            "“before:soon” was ignored: write it as before:2025-01-31, 2025-W30, 2025-01 or 2025.",
        ),
        ("org:a org:b", "", {"org": "b"}, "“org:b” replaces “a”: each filter can be used once."),
        ("cat:cs.CL topic:rl", "", {"topic": "rl"}, "“topic:rl” replaces “cs.CL”: each filter can be used once."),
        ('a "b c', 'a "b c"', {}, '“"b c” has no closing quote.'),
        ('author:"Yejin', "", {"author": "Yejin"}, '“author:"Yejin” has no closing quote.'),
        (f"has:{'x' * 90}", "", {}, f"“has:{'x' * 36}” was ignored: write it as has:code, model, dataset or demo."),
        (
            f"agents {'x' * MAX_LENGTH} rest",
            "agents",
            {},
            f"“{'x' * 40}” and the rest was ignored: a search has at most 500 characters.",
        ),
    ],
)
def test_what_cannot_be_read_is_left_out_and_named(text, words, filters, problem):
    assert parse(text) == Query(words, filters, (problem,))


def test_every_filter_of_a_list_can_be_typed():
    assert {parameter for parameter, _, _ in syntax._FILTERS.values()} == PaperFilter.base_filters.keys()


def test_a_number_at_the_limit_is_not_cut_in_two():
    before = "x" * (MAX_LENGTH - len(" votes>=10"))
    assert parse(f"{before} votes>=10").filters == {"min_votes": "10"}
    assert parse(f"{before} votes>=100").filters == {}


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({}, ""),
        ({"q": "agents -survey", "org": "nvidia", "min_votes": "10"}, "org:nvidia votes>=10 agents -survey"),
        ({"before": "2025-01-31", "after": "2025-01-01"}, "after:2025-01-01 before:2025-01-31"),
        ({"author": "Yejin Choi", "topic": "cs.CL"}, 'author:"Yejin Choi" cat:cs.CL'),
        ({"topic": "world models"}, 'topic:"world models"'),
        ({"topic": "cond-mat.str-el"}, "cat:cond-mat.str-el"),
        ({"topic": "gpt4.5"}, "topic:gpt4.5"),
        ({"org": ' the "best"  lab\x00', "author": '"', "has": ""}, 'org:"the best lab"'),
        ({"sort": "votes", "older": "x"}, ""),
        (QueryDict("q=a&org=x"), "org:x a"),
    ],
)
def test_an_address_becomes_a_text(params, text):
    assert unparse(params) == text


@pytest.mark.parametrize(
    ("words", "wanted", "unwanted", "plain"),
    [
        ("", [], [], ""),
        ("x a OR b", ["x", "a|b"], [], "x a b"),
        ("a OR b OR c d", ["a|b|c", "d"], [], "a b c d"),
        ('"a b" OR c', ['"a b"|c'], [], "a b c"),
        ("a or B", ["a", "or", "B"], [], "a or B"),
        ("OR a OR", ["a"], [], "a"),
        ('a -b -"c d" --e', ["a"], ["b", '"c d"', "e"], "a"),
        ("a OR -b c", ["a|c"], ["b"], "a c"),
        ("-a OR b", ["b"], ["a"], "b"),
        ("-OR", [], ["OR"], ""),
        ("a *** -!!! b", ["a", "b"], [], "a b"),
        ("org:x a", ["a"], [], "a"),
    ],
)
def test_words_become_terms(words, wanted, unwanted, plain):
    result = terms(words)
    assert ["|".join(map(str, group)) for group in result.all] == wanted
    assert [str(term) for term in result.none] == unwanted
    assert result.plain == plain


def test_a_term_knows_whether_it_is_a_phrase():
    assert terms('Agents "Chain"').all == ((Term("Agents", False),), (Term("Chain", True),))


@given(st.text(st.characters(codec=None), max_size=10_000) | typed.map(lambda text: (text * 200)[:10_000]))
@example("-" * 10_000)
@example('"' * 9_999)
@example("votes>=" + "9" * 9_000)
@example("OR " * 3_000)
@example("“" + "\u202eשלום 🤖\ud800\x00" * 1_000)
def test_no_text_breaks_the_box(text):
    query = parse(text)
    assert all("“" in problem and problem.endswith(".") for problem in query.problems)
    for value in (query.words, *query.filters.values()):
        assert b"\x00" not in value.encode()
    terms(text)
    unparse({"q": text, "org": text, "topic": text})


@given(texts)
def test_what_was_read_is_read_again(text):
    query = parse(text)
    written = unparse({"q": query.words, **query.filters})
    assume(len(written) <= MAX_LENGTH)  # after:2025 becomes longer
    assert parse(written) == Query(query.words, query.filters, ())
    assert terms(query.words) == terms(text) or query.problems


@given(texts)
def test_the_normal_form_is_its_own(text):
    def normal(text):
        query = parse(text)
        return unparse({"q": query.words, **query.filters})

    once = normal(text)
    assume(len(once) <= MAX_LENGTH)
    assert normal(once) == once


@given(st.dates(date(1991, 1, 1), date(2999, 12, 31)), st.sampled_from(["day", "week", "month"]))
def test_dates_include_the_period_they_name(day, kind):
    name = Period.around(kind, day)
    filters = parse(f"after:{name} before:{name}").filters
    assert date.fromisoformat(filters["after"]) <= day <= date.fromisoformat(filters["before"])


def test_a_word_that_is_spelled_anew_keeps_what_stands_around_it():
    original = terms('"a b" Tumúors OR (c) -tumuors "Tumuors" tumuorss')
    corrected = original.corrected({"tumuors": "tumours"})
    assert str(corrected) == '"a b" tumours OR (c) "Tumuors" tumuorss -tumuors'
    assert str(original) == '"a b" Tumúors OR (c) "Tumuors" tumuorss -tumuors'


@pytest.mark.parametrize(
    ("name", "value", "normalised"),
    [
        ("after", "2025-W30", "2025-07-21"),
        ("before", "2025-01", "2025-01-31"),
        ("before", "soon", "soon"),
        ("min_votes", "007", "7"),
        ("has", "CODE", "code"),
        ("repro", "Works", "works"),
        ("sort", "newest", "newest"),
    ],
)
def test_a_parameter_is_read_as_if_it_had_been_typed(name, value, normalised):
    assert normalise_value(name, value) == normalised
