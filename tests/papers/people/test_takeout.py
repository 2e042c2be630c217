"""The export of a user's data: its contents, its making, who may download it, and its expiry."""

import json
import tracemalloc
from datetime import timedelta
from functools import partial
from zipfile import ZipFile

import bibtexparser
import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from lib.folder_storage import FolderStorage
from lib.refusals import BadInput
from papers.models import Bookmark, Comment, CommentVote, Content, DataExport, Paper, SavedFilter, Vote
from papers.models.dataexport import stored
from papers.people import takeout, tasks
from tests.accounts.entrance import PASSWORD, send
from tests.factories import NOON, PaperFactory, SubmissionFactory, UserFactory
from tests.race import race

PAGE = "/settings/data"
MAKE = "/settings/data/make"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT, settings.EXPORT_ROOT = tmp_path / "media", tmp_path / "exports"
    return settings.EXPORT_ROOT


@pytest.fixture
def ready(alice):
    """Alice's export, ready."""
    export = DataExport.objects.ask(alice)
    tasks.make_export(export.token)
    return DataExport.objects.get(user=alice)


def names(folder) -> set[str]:
    return {path.name for path in folder.iterdir()}


def contents(export) -> dict:
    with stored().open(export.file_name) as file, ZipFile(file) as archive:
        assert archive.testzip() is None
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    return {name: json.loads(text) if name.endswith(".json") else text for name, text in texts.items()}


def test_it_holds_all_that_one_has_and_nothing_of_others(alice, bob, lab):
    for person in (bob, alice):
        paper = PaperFactory(title=f"Of {person}", submitted_by=person)
        Vote.objects.make(person, paper)
        Vote.objects.hold(paper, [person.pk], {})
        Bookmark.objects.make(person, paper)
        SavedFilter.objects.save_as(person, f"Search of {person}", "q=agents")
        SubmissionFactory(user=person, state="failed", problem=f"Problem of {person}")
    alice.about, alice.links = "Ünï", [{"label": "Home", "url": "https://example.org"}]
    alice.portrait.save("a.webp", ContentFile(b"picture"))
    export = DataExport.objects.ask(alice)
    tasks.make_export(export.token)
    files = contents(export)
    assert set(files) == {f"{name}.json" for name in takeout.FILES} | {
        "upvotes.bib",
        "bookmarks.bib",
        "picture.webp",
    }
    assert (files["profile.json"][0]["about"], files["profile.json"][0]["links"]) == (alice.about, alice.links)
    assert files["addresses.json"] == [{"email": "alice@example.org", "verified": True, "primary": True}]
    assert [row["slug"] for row in files["memberships.json"]] == ["lab"]
    assert files["saved_searches.json"][0]["query"] == "q=agents"
    [attempt] = files["submission_attempts.json"]
    assert (attempt["arxiv_id"], attempt["problem"]) == ("2509.08721", "Problem of Alice Ash")
    for kind in ("submissions.json", "upvotes.json", "bookmarks.json"):
        assert [(row["arxiv_id"], row["title"]) for row in files[kind]] == [(paper.arxiv_id, "Of Alice Ash")]
    assert files["bookmarks.json"][0]["version"] == paper.version
    assert files["upvotes.json"][0]["state"] == "review"
    assert [(row["arxiv_id"], row["state"]) for row in files["held_votes.json"]] == [(paper.arxiv_id, "review")]
    for name in ("upvotes.bib", "bookmarks.bib"):
        assert [entry["eprint"] for entry in bibtexparser.loads(files[name]).entries] == [paper.arxiv_id]
    assert "bob" not in json.dumps(files).lower()


def test_it_holds_ones_own_comments_and_what_they_said_before_but_no_words_of_others(paper, alice, bob):
    report = Comment.objects.post(alice, paper, Content("It trains.", "works", "code at 1f2e3d", "one A100", "3 hours"))
    report.edit(alice, Content("It fails.", "fails", "code at 1f2e3d"), 0)
    gone = Comment.objects.post(alice, paper, Content("Taken back"))
    theirs = Comment.objects.post(bob, paper, Content("Words of Bob"), gone)
    CommentVote.objects.make(alice, theirs)
    gone.refresh_from_db()
    gone.retract(alice)
    theirs.edit(bob, Content("Later words of Bob"), 0)
    theirs.retract(bob)
    export = DataExport.objects.ask(alice)
    takeout.save(export)
    files = contents(export)
    first, second = files["comments.json"]
    assert (first["text"], first["outcome"], first["ran"]) == ("It fails.", "fails", "code at 1f2e3d")
    assert first["address"] == f"http://127.0.0.1:8000/comments/{report.pk}"
    assert (first["arxiv_id"], first["title"], first["retracted_at"]) == (paper.arxiv_id, paper.title, None)
    assert (second["text"], bool(second["retracted_at"])) == ("Taken back", True)
    [former] = files["former_comments.json"]
    assert (former["address"], former["text"], former["duration"]) == (first["address"], "It trains.", "3 hours")
    [vote] = files["upvoted_comments.json"]
    assert vote.keys() == {"created_at", "address"}
    assert vote["address"] == f"http://127.0.0.1:8000/comments/{theirs.pk}"
    assert "bob" not in json.dumps(files).lower()


def test_nothing_is_an_empty_list(ready):
    files = contents(ready)
    assert (files["upvotes.json"], files["upvotes.bib"]) == ([], "")


def test_no_citation_key_stands_for_two_papers_of_different_batches(alice, monkeypatch):
    monkeypatch.setattr("papers.lists.exports.BATCH", 2)
    for _ in range(5):
        Vote.objects.make(alice, PaperFactory(title="Attention", authors=["Ada Lovelace"]))
    export = DataExport.objects.ask(alice)
    takeout.save(export)
    assert len(bibtexparser.loads(contents(export)["upvotes.bib"]).entries_dict) == 5


def test_it_never_holds_all_rows_at_once(alice, bob):
    takeout.save(DataExport.objects.ask(bob))  # loads what later exports use again
    fields = {"abstract": "a" * 2_000, "published_at": NOON}
    papers = Paper.objects.bulk_create(Paper(arxiv_id=f"2509.{n:05}", title="t" * 200, **fields) for n in range(6_000))
    Vote.objects.bulk_create(Vote(user=alice, paper=paper) for paper in papers)
    export = DataExport.objects.ask(alice)
    del papers
    tracemalloc.start()
    takeout.save(export)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(contents(export)["upvotes.json"]) == 6_000
    assert peak < 15_000_000  # a thousand papers at a time; all of them would be 5 times that


def test_from_the_button_to_the_mail_to_the_file(alice, signed_in, mailoutbox, django_capture_on_commit_callbacks):
    alice.set_password(PASSWORD)
    alice.save()
    reader = signed_in(alice)
    assert "Export my data" in reader.get(PAGE).content.decode()
    assert reader.act(MAKE).url == PAGE
    assert "Your export was started at" in reader.get(PAGE).content.decode()
    job = ProcrastinateJob.objects.get(task_name="papers.people.tasks.make_export")
    with django_capture_on_commit_callbacks(execute=True):
        tasks.make_export(**job.args)
    link = f"/settings/data/{DataExport.objects.get(user=alice).token}"
    assert (mailoutbox[0].to, f"http://127.0.0.1:8000{link}\n" in mailoutbox[0].body) == (["alice@example.org"], True)
    page = reader.get(PAGE).content.decode()
    assert f'<a href="{link}">' in page
    assert "You can make another one after" in page
    assert MAKE not in page
    send(reader, "/accounts/reauthenticate/", {"password": PASSWORD})
    answer = reader.get(link)
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="broadsheet-alice-')
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.getvalue()[:2] == b"PK"


def test_only_its_owner_may_fetch_it(ready, bob, signed_in, stranger):
    link = f"/settings/data/{ready.token}"
    unknown = signed_in(bob).get("/settings/data/nothing")
    answer = signed_in(bob).get(link)
    assert (answer.status_code, answer.content) == (404, unknown.content)
    assert stranger.get(link).url == f"/accounts/login/?next={link}"
    assert stranger.get(PAGE).url == f"/accounts/login/?next={PAGE}"
    assert stranger.get(f"/media/../exports/{ready.file_name}").status_code == 404


def test_while_one_is_made_no_other_is_asked_for(alice, signed_in):
    reader = signed_in(alice)
    for _ in range(2):
        assert reader.act(MAKE).url == PAGE
    assert ProcrastinateJob.objects.filter(task_name="papers.people.tasks.make_export").count() == 1


def test_one_an_hour(ready, alice, signed_in, time_machine):
    reader = signed_in(alice)
    answer = reader.act(MAKE)
    assert answer.status_code == 400
    assert "Make the next one after" in answer.content.decode()
    assert stored().exists(ready.file_name)
    time_machine.move_to(ready.next_at + timedelta(seconds=1))
    assert DataExport.objects.ask(alice).token != ready.token
    assert signed_in(alice).get(f"/settings/data/{ready.token}").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_twenty_windows_ask_for_one(alice):
    exports = race(*[partial(DataExport.objects.ask, alice)] * 20)
    assert sum(export is not None for export in exports) == DataExport.objects.count() == 1


def test_a_failure_is_logged_shown_and_may_be_tried_again(alice, signed_in, folder, caplog):
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("in the way")
    export = DataExport.objects.ask(alice)
    with pytest.raises(FileExistsError):
        tasks.make_export(export.token)
    assert "was not made" in caplog.text
    page = signed_in(alice).get(PAGE).content.decode()
    assert "Your export failed" in page
    folder.unlink()
    signed_in(alice).act(MAKE)
    tasks.make_export(DataExport.objects.get(user=alice).token)
    assert "is ready" in signed_in(alice).get(PAGE).content.decode()


def test_a_worker_that_died_is_waited_for_an_hour(alice, time_machine):
    export = DataExport.objects.ask(alice)
    time_machine.move_to(export.next_at + timedelta(seconds=1))
    assert export.has_failed
    again = DataExport.objects.ask(alice)
    tasks.make_export(export.token)  # which comes back to life
    assert [row.token for row in DataExport.objects.all()] == [again.token]
    assert not stored().exists(export.file_name)


def test_after_seven_days_it_is_gone(folder, ready, alice, signed_in, time_machine):
    for name in ("stray.zip", ".killed.part"):
        (folder / name).touch()
    kept = DataExport.objects.ask(UserFactory())
    tasks.make_export(kept.token)
    tasks.clear_exports(0)
    assert names(folder) == {ready.file_name, kept.file_name, ".killed.part"}  # which may be written just now
    time_machine.move_to(timezone.now() + timedelta(days=7, minutes=1))
    reader = signed_in(alice)
    assert reader.get(f"/settings/data/{ready.token}").status_code == 404
    assert ready.token not in reader.get(PAGE).content.decode()
    tasks.clear_exports(0)
    assert (names(folder), DataExport.objects.count()) == (set(), 0)


class Busy(FolderStorage):
    """A folder into which an export comes while its files are listed."""

    def listdir(self, path):
        export = DataExport.objects.ask(UserFactory())
        tasks.make_export(export.token)
        return super().listdir(path)


def test_an_export_that_comes_while_others_are_deleted_stays(folder, settings, db):
    options = settings.STORAGES["exports"]["OPTIONS"]
    settings.STORAGES = settings.STORAGES | {"exports": {"BACKEND": f"{__name__}.Busy", "OPTIONS": options}}
    tasks.clear_exports(0)
    assert names(folder) == {DataExport.objects.get().file_name}


def test_the_refusal_is_for_people(ready, alice):
    with pytest.raises(BadInput, match=r"Make the next one after \d\d:\d\d UTC"):
        DataExport.objects.ask(alice)
