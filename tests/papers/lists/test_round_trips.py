"""The files of real papers, read by the parsers that reference managers are built on: every name comes back."""

import csv
import gzip
import io
import json
from pathlib import Path

import pytest
import rispy
from bibtexparser.customization import splitname
from citeproc.source.json import CiteProcJSON

from papers.ingest import hub
from papers.ingest.save import save
from papers.lists import exports
from papers.models import Paper
from papers.paper.summary import Summary, summaries
from tests.papers.lists.test_exports import read_bibtex

HUB = sorted((Path(__file__).parents[4] / "shared" / "data" / "hub_daily").glob("*.json.gz"))
pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not HUB, reason="no ../shared/data/hub_daily"),
    pytest.mark.django_db,
]


def file_of(papers: list[Summary], extension: str) -> str:
    [form] = [form for form in exports.FORMATS.values() if form.extension == extension]
    return exports.text(form, [paper.pk for paper in papers], {})


def test_a_thousand_papers():
    rows = [row for path in HUB[::7] for row in json.loads(gzip.decompress(path.read_bytes()))]
    save(list(hub.parse(json.dumps(rows).encode(), "hub")))
    papers = list(summaries(Paper.objects.order_by("pk").values_list("pk", flat=True)[:1000]).values())
    assert len(papers) == 1000
    _check_bibtex(papers)
    _check_ris(papers)
    _check_csl(papers)
    _check_csv(papers)


def _check_bibtex(papers):
    entries = read_bibtex(file_of(papers, "bib"))
    assert len({entry["ID"] for entry in entries}) == len(papers)
    for paper, entry in zip(papers, entries, strict=True):
        written = entry["author"].split(" and ")
        assert len(written) == len(paper.authors)
        for name, text in zip(paper.author_names, written, strict=True):
            split = {part: " ".join(words) for part, words in splitname(text.replace("\\", "")).items()}
            if name.family:
                assert (f"{split['von']} {split['last']}".strip(), split["first"]) == (name.surname, name.given)
                assert split["jr"] == name.suffix
            else:
                assert split["last"].strip("{}") == name.full


def _check_ris(papers):
    for paper, record in zip(papers, rispy.loads(file_of(papers, "ris")), strict=True):
        for name, text in zip(paper.author_names, record["authors"], strict=True):
            assert text.split(", ") == [part for part in (name.surname, name.given, name.suffix) if part] or [name.full]
        assert record["title"] == paper.plain_title


def _check_csl(papers):
    source = CiteProcJSON(json.loads(file_of(papers, "json")))
    for paper in papers:
        for name, read in zip(paper.author_names, source[paper.arxiv_id]["author"], strict=True):
            given, family, _, particle, suffix = (part or "" for part in read.parts())
            expected = (name.given, name.family or name.full, name.particle, name.suffix)
            assert (given, family, particle, suffix) == expected


def _check_csv(papers):
    rows = csv.DictReader(io.StringIO(file_of(papers, "csv").removeprefix("\ufeff")))
    for paper, row in zip(papers, rows, strict=True):
        assert (row["authors"].split("; "), row["title"]) == (list(paper.authors), paper.plain_title)
