"""Recognising papers in files of each format, as the programs write them, and in files that are broken or hostile."""

import json
from contextlib import suppress
from pathlib import Path
from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.refusals import BadInput
from papers.intake import bibliographies, formats, limits
from papers.intake.recognised import MAX_NOTE, Recognised
from tests.papers.intake.archives import made

FILES = Path(__file__).with_name("files")
NO_ID = "None of its fields has an arXiv id, an address at arXiv, or a DOI of arXiv."


def read(text: str | bytes) -> Recognised:
    return formats.read(text.encode() if isinstance(text, str) else text)


def ids(found: Recognised) -> list[str]:
    return [entry.id for entry in found.papers.entries]


def test_bibtex_of_zotero_better_bibtex_and_dblp():
    found = read((FILES / "zotero.bib").read_bytes())
    assert found.format == "BibTeX"
    assert [(entry.id, entry.title, entry.note) for entry in found.papers.entries] == [
        ("2509.10001", "Notes on the Analytical Engine", ""),  # arXiv's comment is no note of one's own
        ("2509.10002", "Better BibTeX writes this", "Read section 3"),
        ("2509.10003", "From DBLP", ""),
        ("hep-th/9901001", "An old paper", ""),
    ]
    assert found.papers.repeated == 1
    assert [(problem.text, problem.reason) for problem in found.problems] == [("Only in a Journal", NO_ID)]


def test_ris_of_zotero_takes_no_id_from_an_abstract():
    found = read((FILES / "zotero.ris").read_bytes())
    assert found.format == "RIS"
    assert [(entry.id, entry.title, entry.note) for entry in found.papers.entries] == [
        ("2509.10001", "Notes on the Analytical Engine", "Read section 3 & 4"),
        ("2509.10002", "By its number", ""),
    ]
    assert [problem.text for problem in found.problems] == ["Only in a Journal"]


@pytest.mark.parametrize("name", ["csl.json", "better.json", "zotero.csv"])
def test_json_and_tables_of_zotero(name):
    found = read((FILES / name).read_bytes())
    assert [(entry.id, entry.note) for entry in found.papers.entries] == [
        ("2509.10001", "Read section 3"),
        ("2509.10002", ""),
    ]
    assert found.papers.entries[0].title == "Notes on the Analytical Engine"


def test_items_of_zoteros_interface():
    found = read(json.dumps([{"key": "A", "data": {"title": "One", "extra": "arXiv:2509.10001 [cs]"}}]))
    assert [(entry.id, entry.title) for entry in found.papers.entries] == [("2509.10001", "One")]


def test_tags_of_arxiv_sanity_become_notes():
    found = read((FILES / "sanity.json").read_bytes())
    tagged = [("2509.10001", "Tags: reinforcement learning, agents"), ("2509.10002", "Tags: reinforcement learning")]
    assert [(entry.id, entry.note) for entry in found.papers.entries] == tagged
    assert [problem.text for problem in found.problems] == ["agents: no id"]
    by_user = json.dumps({"alice": json.loads((FILES / "sanity.json").read_text())})
    assert read(by_user).papers.entries == found.papers.entries


def test_ids_addresses_and_citations_in_lines():
    found = read((FILES / "list.txt").read_bytes())
    assert ids(found) == [
        *(f"2509.100{number:02}" for number in (1, 2, 3)),
        "hep-th/9901001",
        *(f"2509.100{number:02}" for number in range(4, 13)),
    ]
    assert {entry.id for entry in found.papers.entries if entry.note == "Tags: agents"} == {"2509.10006", "2509.10007"}
    assert [problem.text for problem in found.problems] == ["Read these on Monday", "https://example.org/2509.10013"]
    assert found.papers.repeated == 1


def test_a_list_of_texts_as_json_is_read_like_lines():
    assert ids(read('["arXiv:2509.10001", "https://arxiv.org/abs/2509.10002"]')) == ["2509.10001", "2509.10002"]


def test_the_bookmarks_of_a_browser():
    found = read((FILES / "browser.htm").read_bytes())
    assert ids(found) == ["2509.10001", "2509.10002"]
    assert any("https://example.org" in problem.text for problem in found.problems)


def test_lines_that_begin_like_json_are_lines():
    assert ids(read("[2509.10001] Notes on the Analytical Engine\n[1] A. Lovelace, arXiv:2509.10002")) == [
        "2509.10001",
        "2509.10002",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_and_line_ends(encoding):
    text = "TY  - GEN\r\nTI  - Über Käse\r\nUR  - https://arxiv.org/abs/2509.10001\r\nER  - \r\n"
    [entry] = read(text.encode(encoding)).papers.entries
    assert (entry.id, entry.title) == ("2509.10001", "Über Käse")


def test_a_long_note_is_cut_and_that_is_said():
    found = read(f"@misc{{a, title={{One}}, eprint={{2509.10001}}, annote={{{'n' * 2_500}}}}}")
    assert len(found.papers.entries[0].note) == MAX_NOTE
    assert [problem.text for problem in found.problems] == ["One"]
    assert "will be cut" in found.problems[0].reason


def test_what_follows_a_broken_entry_is_read():
    entries = ("@misc{a, title={Open, eprint={2509.10001}", "@misc{b, title={Two}, eprint={2509.10002}}")
    found = read("\n\n".join(entries))
    assert (ids(found), [problem.reason for problem in found.problems]) == (
        ["2509.10002"],
        ["This entry of BibTeX is broken: look at its braces and commas."],
    )


def test_what_follows_a_broken_record_is_read():
    found = read("TY  - GEN\nbroken\nTI  - One\n\nTY  - GEN\nmore\nUR  - https://arxiv.org/abs/2509.10002\nER  - \n")
    assert ids(found) == ["2509.10002"]
    assert [problem.reason for problem in found.problems] == ["This record of RIS has no end, a line “ER  -”."]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "nothing in it"),
        (b" \n\t\n", "nothing in it"),
        (b'[{"title": "cut', "looks like JSON, but it is broken"),
        (b"[" * 100_000, "looks like JSON, but it is broken"),
        (b'{"tag": 7}', "no list of papers, and has no tags"),
        (b'<?xml version="1.0"?><rdf:RDF/>', "This is XML"),
        (b"%PDF-1.7\0\0", "This is no text"),
        (b"SQLite format 3\0", "This is no text"),
        (b"title,url\n" + b"a,b\n" * 10_001, "10,001 entries. One import can have 10,000"),
        (b"2509.10001\n" * 300_000, "300,000 entries. One import can have 10,000"),
        (b"@misc{a,}\n" * 10_001, "10,001 entries"),
        (b"TY  - GEN\n" * 10_001, "10,001 entries"),
        (json.dumps(["2509.10001"] * 10_001).encode(), "10,001 entries"),
    ],
    ids=range(13),
)
def test_what_cannot_be_read_is_said_in_a_sentence(data, sentence):
    with pytest.raises(BadInput, match=sentence):
        read(data)


def test_hostile_entries_are_problems():
    deep = "@misc{a, title={" + "{" * 500 + "}" * 500 + "}, eprint={2509.10001}}"
    long = "@misc{b, title={" + "b" * 30_000 + "}}"
    found = read(f"{deep}\n{long}\n@misc{{c, eprint={{2509.10003}}}}")
    assert ids(found) == ["2509.10003"]
    assert [problem.reason for problem in found.problems] == [
        "This entry has more than 30 braces within each other.",
        "This entry has more than 20,000 characters.",
    ]


LONG = "n" * limits.MAX_ENTRY


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([{"arxiv_id": "2509.10001", "notes": LONG}, {"arxiv_id": "2509.10003"}]),
        json.dumps([{"arxiv_id": "2509.10001", "notes": [*LONG]}, {"arxiv_id": "2509.10003"}]),
        f"arxiv_id,note\n2509.10001,{LONG}\n2509.10003,short\n",
        f"TY  - GEN\nN1  - {LONG}\nER  - \nTY  - GEN\nUR  - https://arxiv.org/abs/2509.10003\nER  - \n",
    ],
    ids=["json", "lists", "csv", "ris"],
)
def test_an_entry_has_as_many_characters_in_every_format(text):
    found = read(text)
    assert ids(found) == ["2509.10003"]
    assert [problem.reason for problem in found.problems] == ["This entry has more than 20,000 characters."]


@pytest.mark.parametrize(
    "text",
    [
        "@misc{a, eprint={2509.10001}}",
        "TY  - GEN\nUR  - https://arxiv.org/abs/2509.10001\nER  - \n",
        '[{"arxiv_id": "2509.10001"}]',
        '{"tag": ["2509.10001"]}',
        "arxiv_id,title\n2509.10001,One\n",
        "2509.10001",
        made(bookmarks=[{"arxiv_id": "2509.10001"}]),
        made(upvotes=[{"arxiv_id": "2509.10001"}]),
    ],
    ids=["bibtex", "ris", "json", "tags", "csv", "lines", "bookmarks", "upvotes"],
)
def test_reading_a_file_of_any_format_has_an_end(text, monkeypatch):
    monkeypatch.setattr(limits, "MAX_SECONDS", -1)
    with pytest.raises(BadInput, match="takes too long"):
        read(text)


def _with_note(note: str) -> str:
    return json.dumps([{"arxiv_id": "2509.10001", "notes": note}])


@pytest.mark.parametrize(
    "text",
    [
        _with_note("<" + "a" * 49_000),
        _with_note("<" + "a" * 19_000),
        _with_note("<b>" + " " * 19_000 + "x"),
        _with_note("<br " * 4_500),
        json.dumps([{"journal": [str(number) for number in range(3_000)], "volume": "v" * 5_000}] * 10),
        "a" + "\u0301\u0323" * 100_000,
        "title," + ",".join(map(str, range(8_000))) + "\n" + "x\n" * 5_000,
        "2509.10001 " * 400_000,
        "x\n" * 1_000_000,
    ],
    ids=["letters", "tag", "blanks", "breaks", "volume", "accents", "columns", "words", "lines"],
)
def test_no_text_takes_more_time_than_its_length_explains(text):
    begin = thread_time()
    with suppress(BadInput):
        read(text)
    assert thread_time() - begin < 3  # each took far longer once, and takes less than half a second


def test_tables_and_json_have_no_more_parts_than_memory_has_room_for():
    with pytest.raises(BadInput, match="more than 300 columns"):
        read("title," + ",".join(map(str, range(300))))
    with pytest.raises(BadInput, match="too many lists and objects"):
        read('[{"a": [' + "[]," * formats.MAX_BRACKETS + "[]]}]")


def test_breaks_of_lines_in_html_remain():
    found = read(_with_note("<p>One  </p> \n <p>Two<br/> three &lt; 4</p>"))
    assert found.papers.entries[0].note == "One\nTwo\nthree < 4"


def test_what_the_database_cannot_store_is_left_out():
    record = '{"title": "A \\u0000 b \\ud800 c", "annote": "x\\u0000\\ud800y", "arxiv_id": "2509.10001"}'
    found = read(f'[{record}, "\\ud800"]')
    assert not any(character in repr(found.as_json()) for character in ("\\x00", "\\ud800"))
    assert (found.papers.entries[0].title, found.papers.entries[0].note) == ("A b c", "xy")


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_is_sent_is_read_or_refused(data):
    try:
        found = formats.read(data)
    except BadInput:
        return
    assert Recognised.from_json(found.as_json()).as_json() == found.as_json()


def test_a_field_of_ris_that_comes_twice_and_goes_on_is_a_problem_of_its_record():
    [problem] = bibliographies.ris("TY  - JOUR\nTI  - a\nTI  - b\nmore\nER  - \n")
    assert "several lines" in problem.reason


PIECES = ["\n@misc{", *'{}a=",# \\', "eprint", "2509.10001", "\nTY  - ", "\nTI  - ", "\nER  - "]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_broken_bibliographies_never_fail(text):
    for record in [*bibliographies.bibtex(text), *bibliographies.ris(text)]:
        assert record
