"""`manage.py import_hub` and `import_arxiv`: their output, what they save, and their exit codes."""

import gzip
import io
import json
from pathlib import Path

import httpx2
import pytest
from django.core.management import CommandError, call_command

from papers import audit
from papers.ingest import files
from papers.ingest.client import Client
from papers.ingest.problem import read
from papers.management.commands import import_arxiv, import_hub
from papers.models import Author, Day, Paper
from tests.papers.ingest.fake_arxiv import oai_answer, raw_record
from tests.papers.ingest.test_record import record_of

pytestmark = pytest.mark.django_db
HUB = sorted((Path(__file__).parents[4] / "shared" / "data" / "hub_daily").glob("*.json.gz"))
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/2509.00001v1</id>
<title>From arXiv</title><published>2025-09-10T00:00:00Z</published></entry></feed>"""


class Output(io.StringIO):
    """A stream that may be a terminal."""

    def __init__(self, tty=False):
        super().__init__()
        self.isatty = lambda: tty


class Run:
    """One run of a command: its exit code, its output, and the URLs that it requested."""

    def __init__(self, command, *args, responses=(), stdout=None):
        out, err, responses = stdout or Output(), Output(), list(responses)
        self.urls, self.code = [], 0

        def respond(request):
            self.urls.append(request.url)
            return responses.pop(0)

        command.client = Client(httpx2.MockTransport(respond), sleep=lambda seconds: None)
        try:
            call_command(command, *map(str, args), stdout=out, stderr=err, skip_checks=True)
        except CommandError as error:
            self.code = error.returncode
            err.write(str(error))
        self.out, self.err = out.getvalue(), err.getvalue()


def hub(*args, **options) -> Run:
    return Run(import_hub.Command(), *args, **options)


def arxiv(*args, **options) -> Run:
    return Run(import_arxiv.Command(), *args, **options)


def rows(*ids) -> list[dict]:
    paper = {"title": "T", "publishedAt": "2025-09-10T00:00:00.000Z", "authors": [{"name": "Ada"}]}
    return [{"paper": {"id": i} | paper, "numComments": 0} for i in ids]


def test_a_second_run_changes_nothing_and_says_so(write):
    path = write("a.json", rows("2509.00001", "2509.00002"))
    first, second = hub(path), hub(path)
    assert (first.code, second.code, first.err, second.err) == (0, 0, "", "")
    assert f"{path}: 2 records\n" in first.out
    assert "2 new, 0 changed, 0 unchanged, 0 bad in " in first.out
    assert " records/s)\n" in first.out
    assert first.out.endswith("Vectors to compute: 2. The worker does it in time; “manage.py embed” does it now.\n")
    assert "Nothing changed." not in first.out
    assert "0 new, 0 changed, 2 unchanged, 0 bad in " in second.out
    assert second.out.endswith("Nothing changed.\n")


def test_gzip_is_read_by_its_content(write):
    assert hub(write("a.json", gzip.compress(json.dumps(rows("2509.00001")).encode()))).code == 0
    assert Paper.objects.count() == 1


def test_no_text_costs_the_papers_beside_it(write):
    """Not even one that took longer than its length, or of which PostgreSQL could not index all words."""
    rare = "".join(map(chr, range(0x20000, 0x2A000)))
    names = [
        {"name": letters[start : start + 200]} for letters in (rare, rare[::-1]) for start in range(0, 40_960, 200)
    ]
    hostile = [
        {"summary": "क\u0301" + "\u094d\u200d" * 100_000 + "क"},
        {"summary": rare[::2], "authors": names},
        {"summary": "9" * 100_000},
    ]
    good, *bad = rows(*(f"2509.0000{number}" for number in range(len(hostile) + 1)))
    for row, fields in zip(bad, hostile, strict=True):
        row["paper"] |= fields
    run = hub(write("a.json", [*bad, good]))
    notes = [line.partition("record ")[2] for line in run.err.splitlines()]
    assert notes == [
        "1: abstract: 200,003 characters were cut to 20,000",
        "2: abstract: 20,480 characters were cut to 20,000",
        "3: abstract: 100,000 characters were cut to 20,000",
    ]
    assert (run.code, Paper.objects.count()) == (0, 4)


def test_an_error_that_nobody_foresaw_costs_one_record():
    problem, record = read([0, 1], lambda row: 1 / row and record_of(), "a.json")
    assert str(problem) == "a.json, record 1: it cannot be read: ZeroDivisionError('division by zero')"
    assert record == record_of()


def test_what_is_bad_is_told_with_file_position_and_reason_and_the_rest_is_saved(write):
    path = write("a.json", [rows("2509.00001")[0], {"paper": None}, *rows("2513.00001", "2509.00002")])
    run = hub(path)
    assert run.code == 1
    assert run.err.splitlines()[:2] == [
        f"{path}, record 2: paper: an object was expected, not NoneType",
        f"{path}, record 3: arxiv_id: “2513.00001” is not an arXiv id such as 2509.08721 or hep-th/9901001",
    ]
    assert "2 new, 0 changed, 0 unchanged, 2 bad" in run.out
    assert Paper.objects.count() == 2


def test_what_is_left_out_of_a_paper_is_told_and_is_no_failure(write):
    bad = rows("2509.00001")
    bad[0]["paper"] |= {
        "authors": [{"name": None}, {"name": "Ada"}],
        "organization": {"name": "x", "fullname": "n" * 121},
    }
    path = write("a.json", bad)
    run = hub(path)
    assert (run.code, Author.objects.get().name) == (0, "Ada")
    assert run.err.splitlines() == [
        f"{path}, record 1: authors: a text was expected, not NoneType (left out)",
        f"{path}, record 1: organisation: “{'n' * 60}…” was cut to 120 characters",
    ]
    assert "1 new, 0 changed, 0 unchanged, 0 bad, 2 notes in " in run.out


def test_a_harvest_with_a_deleted_record_is_no_failure(write):
    deleted = '<record><header status="deleted"><identifier>oai:arXiv.org:2509.00002</identifier></header></record>'
    path = write("oai.xml", oai_answer(raw_record("2509.00001", "2025-09-10"), deleted))
    run = arxiv(path)
    assert (run.code, Paper.objects.count()) == (0, 1)
    assert run.err.splitlines() == [f"{path}, record 2: 2509.00002 was deleted at its source"]
    assert "1 new, 0 changed, 0 unchanged, 0 bad, 1 note in " in run.out


def test_files_that_cannot_be_read_are_told_and_the_rest_is_saved(write, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_BYTES", 5000)
    bomb = write("bomb.gz", gzip.compress(b" " * 5001))
    cut = write("cut.gz", gzip.compress(json.dumps(rows("2509.00001")).encode())[:-20])
    garbled = write("garbled.gz", b"\x1f\x8b\x08garbled")
    long = write("long.json", " " * 5001)
    good = write("good.json", rows("2509.00002"))
    run = hub(tmp_path / "missing.json", tmp_path, bomb, cut, garbled, long, good)
    assert run.code == 1
    assert [line.split(": ")[1] for line in run.err.splitlines()[:6]] == [
        "No such file or directory",
        "Is a directory",
        "more than 5,000 bytes",
        "a broken gzip",
        "a broken gzip",
        "more than 5,000 bytes",
    ]
    assert "1 new, 0 changed, 0 unchanged, 6 bad" in run.out


def test_an_error_of_the_hub_is_told(write):
    run = hub(write("a.json", {"error": "Rate limited"}))
    assert (run.code, run.err.splitlines()[0].split(": ", 1)[1]) == (1, "the Hub answered with an error: Rate limited")
    assert run.out.endswith("Nothing changed.\n")


def test_a_dry_run_writes_nothing(write):
    one, two = write("a.json", rows("2509.00001")), write("b.json", rows("2509.00001", "2509.00002"))
    run = hub(one, two, "--dry-run")
    assert "A dry run, nothing was written." in run.out
    assert "2 new, 0 changed, 1 unchanged, 0 bad" in run.out
    assert (Paper.objects.count(), Author.objects.count(), Day.objects.count()) == (0, 0, 0)


def test_a_limit(write):
    run = hub(write("a.json", rows(*(f"2509.{n:05}" for n in range(9)))), "--limit", 4)
    assert "4 new" in run.out
    assert Paper.objects.count() == 4


@pytest.mark.parametrize("limit", ["0", "-1", "some"])
def test_a_limit_is_a_whole_number_from_one_up(limit):
    with pytest.raises(CommandError, match="is not a whole number from 1 up"):
        call_command("import_hub", "a.json", f"--limit={limit}")


def test_a_terminal_shows_a_bar(write, capsys):
    run = hub(write("a.json", rows("2509.00001")), "--dry-run", stdout=Output(tty=True))
    assert "a.json" not in run.out
    assert "1 new" in run.out


def test_an_address_of_the_hub_is_read_page_by_page():
    url = "https://huggingface.co/api/daily_papers?month=2025-09"
    more = {"Link": f'<{url}&p=1>; rel="next"'}
    pages = [httpx2.Response(200, json=rows("2509.00001"), headers=more), httpx2.Response(200, json=rows("2509.00002"))]
    run = hub(url, responses=pages)
    assert (run.code, [str(address) for address in run.urls]) == (0, [url, f"{url}&p=1"])
    assert Paper.objects.count() == 2


def test_an_address_elsewhere_is_refused():
    run = hub("https://example.org/api/daily_papers")
    assert (run.code, run.urls) == (1, [])
    assert "is not fetched: only https addresses of" in run.err


def test_arxiv_by_id():
    ids = "https://arxiv.org/pdf/2509.00001v1.pdf#page=3", "arXiv:2509.00002 [cs.CL]", "abc"
    run = arxiv("--ids", *ids, responses=[httpx2.Response(200, text=ATOM)])
    assert (run.code, Paper.objects.get().title) == (1, "From arXiv")
    assert run.urls[0].params["id_list"] == "2509.00001v1,2509.00002"
    assert "1 new, 0 changed, 0 unchanged, 2 bad" in run.out
    assert "ids, record 3: “abc” is not an arXiv id" in run.err
    assert "arXiv: 2509.00002 is not known there" in run.err


def test_arxiv_from_files_of_either_kind(write):
    oai = (
        "<record><header><identifier>oai:arXiv.org:2509.00002</identifier></header><metadata><arXiv>"
        "<title>From OAI</title><created>2025-09-10</created></arXiv></metadata></record>"
    )
    run = arxiv(write("atom.xml", ATOM), write("oai.xml.gz", gzip.compress(oai.encode())))
    assert (run.code, set(Paper.objects.values_list("title", flat=True))) == (0, {"From arXiv", "From OAI"})


def test_arxiv_out_of_reach_is_told():
    run = arxiv("--ids", "2509.00001", responses=[httpx2.Response(404)])
    assert (run.code, run.err.splitlines()[0].split()[-2:]) == (1, ["Not", "Found"])


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ([], "Name files, --ids or a --category"),
        (["--category", "cs.CL OR all"], "is not an arXiv category"),
        (["--category", "cs.CL", "--days", "0"], "is not a whole number from 1 up"),
    ],
)
def test_arxiv_needs_to_know_what(args, words):
    with pytest.raises(CommandError, match=words):
        call_command("import_arxiv", *args)


@pytest.mark.real_data
@pytest.mark.skipif(not HUB, reason="no ../shared/data/hub_daily")
@pytest.mark.django_db(transaction=True)
def test_all_that_the_hub_told():
    first, second = hub(*HUB), hub(*reversed(HUB))
    assert "7,624 new, 0 changed, 1 unchanged, 0 bad" in first.out
    assert "0 new, 0 changed, 7,625 unchanged, 0 bad" in second.out
    assert (first.code, second.code) == (0, 0)
    assert Paper.objects.get(arxiv_id="2404.03648").listed_on.isoformat() == "2024-04-08"
    assert Paper.objects.order_by("author_count").last().author_count == 3303
    assert not Paper.objects.filter(title__contains="\n").exists()
    assert not Paper.objects.filter(abstract__regex=r"[^\n]\n[^\n]").exists()
    assert Paper.objects.get(arxiv_id="2305.07759").abstract.count("\n\n") == 3
    assert audit.mismatches() == []
