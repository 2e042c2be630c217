"""Any value of a source becomes a record that fits the database, or a RecordError, and nothing else."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.ingest.problem import Problem, RecordError
from papers.ingest.record import PaperRecord
from papers.models import Paper

REQUIRED = {"arxiv_id": "2509.08721", "title": "A title", "published_at": "2025-09-10T16:14:20Z"}
FIELDS = [name for name in PaperRecord.__dataclass_fields__ if name not in {"author_details", "notes", "words"}]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.characters(categories=["Cs"]),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def record_of(**fields) -> PaperRecord:
    return PaperRecord.from_source(**REQUIRED | fields)


@given(st.sampled_from(FIELDS), json_values | st.datetimes(timezones=st.none() | st.timezones()))
def test_anything_is_a_record_or_a_record_error(field, value):
    try:
        record = record_of(**{field: value})
    except RecordError as error:
        assert field in REQUIRED
        assert str(error).startswith(field)
        return
    assert all(note.startswith(field) for note in record.notes)
    paper = Paper(
        **{name: getattr(record, name) for name in ("arxiv_id", "title", "published_at")},
        abstract=record.abstract or "",
        code_url=record.code_url or "",
        project_url=record.project_url or "",
        categories=list(record.categories or ()),
        keywords=list(record.keywords or ()),
        code_stars=record.code_stars,
    )
    paper.clean_fields(exclude=["listed_on", "hot", "version"])


@given(st.text())
def test_texts_are_one_line(text):
    abstract = record_of(abstract=text).abstract
    assert [" ".join(line.split()) for line in abstract.split("\n\n")] == abstract.split("\n\n")
    assert "\0" not in abstract
    abstract.encode()


def test_line_breaks_and_control_characters_go():
    record = record_of(title="Wrapped\n  at\0 eighty\tcolumns ", abstract=" One\r\ntwo.\n  Three. \ud83d\n \n\nFour")
    assert (record.title, record.abstract) == ("Wrapped at eighty columns", "One two.\n\nThree. ?\n\nFour")


def test_the_version_of_an_id_counts_if_no_other_is_told():
    assert (record_of(arxiv_id="http://arxiv.org/abs/hep-th/9901001v3").arxiv_id, record_of().version) == (
        "hep-th/9901001",
        None,
    )
    assert record_of(arxiv_id="2509.08721v2").version == 2
    assert record_of(arxiv_id="2509.08721v2", version=5).version == 5


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("arxiv_id", "2513.00001", "is not an arXiv id"),
        ("arxiv_id", None, "is missing"),
        ("title", " \n ", "is empty"),
        ("title", "t" * 501, "501 characters"),
        ("title", 5, "a text was expected, not int"),
        ("published_at", None, "is missing"),
        ("published_at", "soon", "Invalid isoformat"),
    ],
)
def test_a_record_needs_an_id_a_title_and_a_day(field, value, words):
    with pytest.raises(RecordError, match=words):
        record_of(**{field: value})


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("abstract", 5, "a text was expected, not int"),
        ("authors", "Ada Lovelace", "a list was expected, not str"),
        ("keywords", {"a": 1}, "a list was expected, not dict"),
        ("version", 0, "from 1 to 999"),
        ("votes", -1, "a whole number"),
        ("votes", True, "a whole number"),
        ("votes", 2**31, "a whole number"),
        pytest.param("votes", 10**5000, "integer", id="huge"),
        ("comments", "many", "a whole number"),
        ("code_stars", 1.5, "a whole number"),
        ("code_url", ["https://example.org"], "a text was expected, not list"),
        ("listed_at", "yesterday", "Invalid isoformat"),
        ("listed_at", "0001-01-01T00:00:00+14:00", "year 1"),
        ("organisation", "lab", "a slug and a name"),
        ("organisation", ("…", "!"), "no address can be made of “… !”"),
    ],
)
def test_any_other_value_that_cannot_be_used_is_left_out_with_a_note(field, value, words):
    record = record_of(**{field: value})
    assert (record, getattr(record, field)) == (record_of(), None)
    [note] = record.notes
    assert note.startswith(f"{field}: ")
    assert words in note
    assert note.endswith(" (left out)")


@pytest.mark.parametrize(
    ("field", "value", "expected", "words"),
    [
        ("authors", [None, "Ada", None], ("Ada",), "a text was expected, not NoneType"),
        ("authors", ["a" * 201, "Ada"], ("Ada",), "has 201 characters, 200 fit"),
        ("authors", [None], None, "a text was expected, not NoneType"),
        ("keywords", ["swarm", 5], ("swarm",), "a text was expected, not int"),
        ("categories", ["c" * 41, "cs.CL"], ("cs.CL",), "has 41 characters, 40 fit"),
        ("organisation", (None, "Lab"), ("lab", "Lab"), "a text was expected, not NoneType"),
    ],
)
def test_of_a_list_only_what_cannot_be_used_is_left_out(field, value, expected, words):
    record = record_of(**{field: value})
    assert getattr(record, field) == expected
    [note] = record.notes
    assert words in note


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        (("deepseek-ai", "深度求索"), ("deepseek-ai", "深度求索")),
        (("深度求索", "深度求索"), ("shenduqiusuo", "深度求索")),
        (("Łódź.Lab", "Łódź"), ("lodz-lab", "Łódź")),
        (("…", "Яндекс"), ("yandeks", "Яндекс")),
        (("㎒" * 50, "Grows when it is spelled out"), ("mhz" * 32, "Grows when it is spelled out")),
    ],
)
def test_an_organisation_without_ascii_has_an_address(pair, expected):
    record = record_of(organisation=pair)
    assert (record.organisation, record.notes) == (expected, ())


def test_a_long_name_of_an_organisation_is_cut_with_a_note():
    record = record_of(organisation=("lab", f"The Laboratory {'n' * 150}"))
    assert len(record.organisation[1]) <= 120
    assert record.organisation[1].startswith("The Laboratory nnn")
    assert record.notes == (f"organisation: “The Laboratory {'n' * 45}…” was cut to 120 characters",)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://example.org/x",
        "example.org",
        "http://",
        "https://[",
        "https://e.org/" + "x" * 490,
        "",
    ],
)
def test_a_link_that_is_none_is_left_out(url):
    record = record_of(code_url=url, project_url="https://example.org/page")
    assert (record.code_url, record.project_url) == (None, "https://example.org/page")


def test_lists_lose_what_says_nothing():
    record = record_of(
        authors=["Ada\n Lovelace", ":", "", "Ø"], keywords=["a", "", "k" * 121, "a", "b"], categories=["cs.CL", "cs.CL"]
    )
    assert (record.authors, record.keywords, record.categories) == (("Ada Lovelace", "Ø"), ("a", "b"), ("cs.CL",))
    assert (record_of(authors=[]).authors, record_of(categories=[]).categories) == (None, None)


def test_moments_are_in_utc():
    assert record_of(listed_at="2025-09-10").listed_at == datetime(2025, 9, 10, tzinfo=UTC)
    eastern = datetime(2025, 9, 10, 21, 30, tzinfo=timezone(timedelta(hours=-4)))
    assert record_of(listed_at=eastern).listed_at == datetime(2025, 9, 11, 1, 30, tzinfo=UTC)
    assert record_of(listed_at=eastern).listed_at.tzinfo is UTC


def test_an_organisation_gets_an_address():
    assert record_of(organisation=("Intelligent_Systems.Lab", "The Lab")).organisation == (
        "intelligent_systems-lab",
        "The Lab",
    )


def test_a_problem_is_one_line():
    assert str(Problem("a.json", 3, "title:\x1b[31m\n bad")) == "a.json, record 3: title: [31m bad"
    assert str(Problem("a.json", None, "no")) == "a.json: no"
