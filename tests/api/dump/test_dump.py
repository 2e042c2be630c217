"""The dump: what is in its files, that they are whole, and the addresses that serve them."""

import gzip
import hashlib
import json
import os
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command

from api import tasks
from api.dump import writing
from api.rows.papers import daily_rows, linked, repositories
from lib import folder_storage
from papers.models import Artefact, Paper, RemovedPaper
from tests.factories import PaperFactory, appoint

AUGUST = datetime(2025, 8, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DUMP_ROOT = tmp_path / "dump"
    return settings.DUMP_ROOT


def rows(folder, entry) -> list[dict]:
    return [json.loads(line) for line in gzip.decompress((folder / entry["name"]).read_bytes()).splitlines()]


def test_each_month_has_a_file_of_what_a_stranger_reads(db, folder):
    papers = [PaperFactory(), PaperFactory(listed_at=AUGUST, imported_votes=3), PaperFactory(is_listed=False)]
    for name, likes in {"lab/gear": 1, "lab/engine": 2}.items():
        Artefact.objects.create(
            paper=papers[0], kind="model", name=name, url=f"https://huggingface.co/{name}", likes=likes
        )
    index = writing.write()
    assert index == writing.index()
    assert [(entry["month"], entry["papers"]) for entry in index["files"]] == [("2025-08", 1), ("2025-09", 2)]
    assert (index["papers"], index["site"]) == (3, "http://127.0.0.1:8000")
    found = [row for entry in index["files"] for row in rows(folder, entry)]
    pks = [papers[1].pk, papers[0].pk, papers[2].pk]
    expected = [
        row | linked(repositories([pk])[pk]) for pk, row in zip(pks, daily_rows(pks, AnonymousUser()), strict=True)
    ]
    assert found == json.loads(json.dumps(expected))
    assert [model["id"] for model in found[1]["linkedModels"]] == ["lab/engine", "lab/gear"]
    assert (found[1]["numTotalModels"], found[0]["linkedModels"]) == (2, [])
    for entry in index["files"]:
        data = (folder / entry["name"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (entry["bytes"], entry["sha256"])
        assert entry["name"] == f"{entry['month']}-{entry['sha256'][:16]}.jsonl.gz"


def test_a_month_that_has_not_changed_keeps_its_file_and_an_older_one_stays_for_a_while(db, folder, monkeypatch):
    monkeypatch.setattr(writing, "BATCH", 2)
    old, new = [PaperFactory(listed_at=AUGUST) for _ in range(5)], PaperFactory()
    august, september = writing.write()["files"]
    bytes_of_august = (folder / august["name"]).read_bytes()
    Paper.objects.touch([new.pk], title="Another title")
    second = writing.write()["files"]
    assert (second[0], second[1]["name"] == september["name"]) == (august, False)
    assert (folder / august["name"]).read_bytes() == bytes_of_august
    assert len(rows(folder, august)) == len(old)
    assert (folder / september["name"]).exists()  # for whoever reads the index before
    writing.write()
    assert {path.name for path in folder.iterdir()} == {"index.json", *(entry["name"] for entry in second)}


def test_a_paper_that_was_removed_is_missing_from_the_next_dump(db, folder, alice):
    papers = [PaperFactory(), PaperFactory()]
    writing.write()
    RemovedPaper.objects.remove(appoint(alice), papers[0], "A hoax.")
    [entry] = writing.write()["files"]
    assert [row["paper"]["id"] for row in rows(folder, entry)] == [papers[1].arxiv_id]


def test_a_dump_that_breaks_off_changes_nothing(db, folder, monkeypatch):
    PaperFactory(), PaperFactory(listed_at=AUGUST)
    index = writing.write()
    Paper.objects.update(title="Another title")
    monkeypatch.setattr(folder_storage.os, "fsync", _failing(1))
    with pytest.raises(OSError, match="full"):
        writing.write()
    assert writing.index() == index
    assert all((folder / entry["name"]).exists() for entry in index["files"])
    assert not list(folder.glob(".*"))


def _failing(after: int):
    """A function that fails when it is called once more than this."""
    calls = []

    def fail(descriptor):
        calls.append(descriptor)
        if len(calls) > after:
            raise OSError("full")

    return fail


def test_what_a_killed_dump_has_left_is_cleared(db, folder):
    PaperFactory()
    folder.mkdir()
    (folder / ".half.part").write_bytes(b"half a file")
    os.utime(folder / ".half.part", (0, 0))
    (folder / "2025-08-0123456789abcdef.jsonl.gz").write_bytes(b"of no index")
    (folder / "notes.txt").write_text("of the operator")
    [entry] = writing.write()["files"]
    assert {path.name for path in folder.iterdir()} == {"index.json", "notes.txt", entry["name"]}


def test_before_the_first_dump_its_page_says_when_that_will_be(db, client, settings, time_machine):
    time_machine.move_to(datetime(2025, 9, 10, 2, 30, tzinfo=UTC))
    settings.DUMP = "23 2 * * *"
    assert "11 September 2025 at 02:23 UTC" in client.get("/dump").content.decode()
    settings.DUMP = ""
    assert "No dump is scheduled." in client.get("/dump").content.decode()


def test_the_addresses_of_the_dump(db, folder, client):
    assert client.get("/dump/index.json").status_code == 404
    assert "No dump has been made yet." in client.get("/dump").content.decode()
    PaperFactory()
    [entry] = writing.write()["files"]
    page, index = client.get("/dump"), client.get("/dump/index.json")
    assert f'href="/dump/{entry["name"]}"' in page.content.decode()
    assert index.headers["Content-Type"] == "application/json"
    assert index.json() == writing.index()
    assert client.get("/dump/").headers["Location"] == "/dump"
    answer = client.get(f"/dump/{entry['name']}", headers={"Accept-Encoding": "gzip"})
    assert answer.getvalue() == (folder / entry["name"]).read_bytes()
    assert (answer.headers["Content-Type"], answer.has_header("Content-Encoding")) == ("application/gzip", False)
    assert answer.headers["Content-Length"] == str(entry["bytes"])
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    again = client.get(f"/dump/{entry['name']}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["2025-09-0123456789abcdef.jsonl.gz", "secret.txt", "..%2Fsecret_key", ".x.part"])
def test_no_other_file_is_served(db, folder, client, name):
    folder.mkdir()
    (folder / "secret.txt").write_text("x")
    (folder / ".x.part").write_text("x")
    (folder.parent / "secret_key").write_text("x")
    assert client.get(f"/dump/{name}").status_code == 404


def test_the_command_and_the_job_write_it(db, folder, caplog):
    PaperFactory()
    out = StringIO()
    call_command("dump", stdout=out)
    assert f"{writing.index()['files'][0]['name']}: 1 papers" in out.getvalue()
    (folder / "index.json").unlink()
    tasks.write_dump(timestamp=0)
    assert writing.index()["papers"] == 1
    assert "The dump has 1 papers in 1 files" in caplog.text
