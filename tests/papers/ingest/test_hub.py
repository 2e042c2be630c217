"""The Hub's JSON: the record of a row, and a Problem with its position for every wrong shape."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.ingest import hub
from papers.ingest.problem import Note, Problem
from papers.ingest.record import PaperRecord

ROW = {
    "paper": {
        "id": "2509.08721",
        "authors": [
            {"name": "Ada Lovelace", "hidden": False, "user": {"user": "ada"}},
            {"name": "Nobody Inparticular", "hidden": True},
            {"name": "Grace Hopper"},
        ],
        "publishedAt": "2025-09-10T16:14:20.000Z",
        "submittedOnDailyAt": "2025-09-11T00:00:00.000Z",
        "title": "Sharing\n  is caring",
        "summary": "Nobody trains\nalone.",
        "upvotes": 611,
        "ai_keywords": ["swarm", "post-training"],
        "githubRepo": "https://github.com/example/swarm",
        "githubStars": 9,
        "projectPage": "https://example.org/",
        "mediaUrls": ["https://example.org/film.mp4", "https://example.org/figure.PNG"],
        "organization": {"name": "TheLab", "fullname": "The Lab", "avatar": "https://example.org/a.png"},
    },
    "publishedAt": "2025-09-10T12:14:20.000Z",
    "title": "Sharing\n  is caring",
    "numComments": 27,
}


def parse(data) -> list[PaperRecord | Problem]:
    return list(hub.parse(json.dumps(data).encode(), "a.json"))


def row(**paper) -> dict:
    return {**ROW, "paper": ROW["paper"] | paper}


def test_a_row_becomes_a_record():
    assert parse([ROW]) == [
        PaperRecord.from_source(
            arxiv_id="2509.08721",
            title="Sharing is caring",
            abstract="Nobody trains alone.",
            authors=["Ada Lovelace", "Nobody Inparticular", "Grace Hopper"],
            ai_keywords=["swarm", "post-training"],
            organisation=("thelab", "The Lab"),
            code_url="https://github.com/example/swarm",
            code_stars=9,
            project_url="https://example.org/",
            media_urls=["https://example.org/film.mp4", "https://example.org/figure.PNG"],
            published_at="2025-09-10T16:14:20Z",
            listed_at="2025-09-11T00:00:00Z",
            votes=611,
            comments=27,
        )
    ]


def test_what_a_row_leaves_out_stays_unknown():
    [record] = parse([{"paper": {"id": "2509.08721", "title": "T", "publishedAt": "2025-09-10T16:14:20Z"}}])
    assert {record.authors, record.votes, record.organisation, record.listed_at, record.comments} == {None}


def test_the_organisation_may_stand_beside_the_paper():
    beside = row(organization=None) | {"organization": {"name": "Beside", "fullname": ""}}
    assert parse([beside])[0].organisation == ("beside", "Beside")


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (None, "row: an object was expected, not NoneType"),
        ([], "row: an object was expected, not list"),
        ({"paper": None}, "paper: an object was expected, not NoneType"),
        ({"title": "no paper"}, "paper: an object was expected, not NoneType"),
        (row(id=None), "arxiv_id is missing"),
        (row(id=5), "arxiv_id: a text was expected, not int"),
        (row(publishedAt="soon"), "published_at: Invalid isoformat string: 'soon'"),
    ],
)
def test_a_bad_row_is_told_with_its_place_and_the_rest_goes_on(bad, words):
    first, problem, last = parse([ROW, bad, row(id="2509.00001")])
    assert problem == Problem("a.json", 2, words)
    assert (first.arxiv_id, last.arxiv_id) == ("2509.08721", "2509.00001")


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"authors": "Ada"}, "authors: a list was expected, not str (left out)"),
        ({"authors": [{"name": "Ada"}, None]}, "authors: a text was expected, not NoneType (left out)"),
        ({"authors": [{"hidden": False}]}, "authors: a text was expected, not NoneType (left out)"),
        ({"organization": "lab"}, "organisation: a slug and a name were expected (left out)"),
        ({"organization": {"name": "…"}}, "organisation: no address can be made of “… …” (left out)"),
        ({"ai_keywords": "swarm"}, "ai_keywords: a list was expected, not str (left out)"),
        ({"githubStars": "9"}, "code_stars: a whole number from 0 to 2,147,483,647 was expected, not 9 (left out)"),
        ({"upvotes": "many"}, "votes: a whole number from 0 to 10,000,000 was expected, not many (left out)"),
        ({"submittedOnDailyAt": "soon"}, "listed_at: Invalid isoformat string: 'soon' (left out)"),
    ],
)
def test_a_part_that_cannot_be_used_is_noted_and_the_paper_comes(part, words):
    first, note, second = parse([ROW, row(**part)])
    assert (first.arxiv_id, second.arxiv_id) == ("2509.08721", "2509.08721")
    assert note == Note("a.json", 2, words)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "this is not JSON"),
        (b"<!doctype html>", "this is not JSON"),
        (b"\xff\xfe\x00", "this is not JSON"),
        (b"[" * 100_000, "this is not JSON"),
        (b"[" + b"9" * 5000 + b"]", "this is not JSON"),
        (b'{"error": "Rate limited"}', "the Hub answered with an error: Rate limited"),
        (b'{"title": "T"}', "papers: a list was expected, not dict"),
        (b'"papers"', "papers: a list was expected, not str"),
        (b"null", "papers: a list was expected, not NoneType"),
    ],
)
def test_an_answer_that_is_no_list_is_one_problem(data, words):
    [problem] = hub.parse(data, "a.json")
    assert (problem.source, problem.position) == ("a.json", None)
    assert problem.reason.startswith(words)


@given(
    st.sampled_from(["paper", *ROW["paper"]]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["name", "hidden", "fullname"]), inner),
        max_leaves=4,
    ),
)
def test_no_shape_is_a_traceback(key, value):
    odd = copy.deepcopy(ROW)
    (odd if key == "paper" else odd["paper"])[key] = value
    *notes, item = parse([odd])
    assert isinstance(item, PaperRecord | Problem)
    assert all(isinstance(note, Note) for note in notes)
