"""The page of an organisation: from a draft to what everybody sees, and back; pictures, links, accent, announcement."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.html import escape
from PIL import Image

from lib.conflicts import digests
from lib.images import small
from orgs.models import Membership, Organisation
from orgs.models.curated import Overtaken
from orgs.roles import Role
from papers.models import Affiliation
from papers.tasks import clear_pictures
from tests.race import race

TYPED = {
    "name": "The Lab",
    "description": "We **measure**.",
    "website": "https://www.example.org",
    "links": "Models https://example.org/models\nCode https://example.org/code",
    "accent": "#FFD700",
    "announcement": "We [hire](https://example.org/jobs) *now*.",
    "announced_until": "2100-12-31",
}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def carol(lab, carol):
    """An admin beside Alice."""
    Membership.objects.create(organisation=lab, user=carol, role=Role.ADMIN)
    return carol


def picture(name: str, colour="navy", size=(400, 400)) -> SimpleUploadedFile:
    data = BytesIO()
    Image.new("RGB", size, colour).save(data, "PNG")
    return SimpleUploadedFile(name, data.getvalue(), "image/png")


def base_of(reader) -> str:
    return reader.get("/orgs/lab/edit").context["base"]


def save(reader, base=None, **changes):
    return reader.act("/orgs/lab/edit", TYPED | changes | {"base": base or base_of(reader)})


def publish(reader):
    return reader.act("/orgs/lab/publish", {"revision": Organisation.objects.get(slug="lab").revision})


def undo(reader, edition=None):
    edition = Organisation.objects.get(slug="lab").edition if edition is None else edition
    return reader.act("/orgs/lab/undo", {"edition": edition})


def files(folder) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*.webp")}


@pytest.mark.time_machine(datetime(2026, 11, 25, tzinfo=UTC))
def test_a_draft_is_seen_by_admins_alone_until_it_is_published(lab, alice, bob, signed_in, stranger):
    admin = signed_in(alice)
    assert save(admin).url == "/orgs/lab/preview"
    shown = admin.get("/orgs/lab/preview").content.decode()
    assert "This is a preview" in shown
    assert "<strong>measure</strong>" in shown
    assert '<a href="https://example.org/models" rel="nofollow ugc noopener">Models</a>' in shown
    assert 'We <a href="https://example.org/jobs" rel="nofollow ugc noopener">hire</a> *now*.' in shown
    assert '/orgs/lab/accent-ffd700.css"' in shown
    assert "measure" not in stranger.get("/orgs/lab").content.decode()
    assert signed_in(bob).get("/orgs/lab/preview").status_code == 403
    assert stranger.get("/orgs/lab/preview").url == "/accounts/login/?next=/orgs/lab/preview"
    before = stranger.get("/orgs/lab").headers["ETag"]
    assert publish(admin).url == "/orgs/lab"
    after = stranger.get("/orgs/lab", headers={"if-none-match": before})
    assert "<strong>measure</strong>" in after.content.decode()
    assert "This is a preview" not in after.content.decode()
    assert "There is no draft" in admin.get("/orgs/lab/preview").content.decode()


def test_publishing_takes_the_draft_that_was_seen_or_none(lab, alice, signed_in):
    admin = signed_in(alice)
    save(admin)
    seen = Organisation.objects.get().revision
    save(admin, description="Another")
    answer = admin.act("/orgs/lab/publish", {"revision": seen})
    assert answer.url == "/orgs/lab/preview"
    assert "nothing was done" in admin.get(answer.url).content.decode()
    assert Organisation.objects.get().description == ""
    for _ in range(2):
        admin.act("/orgs/lab/publish", {"revision": seen + 1})
        lab.refresh_from_db()
        assert (lab.description, lab.draft, lab.revision) == ("Another", None, seen + 2)


def test_a_draft_can_be_discarded_once(lab, alice, signed_in):
    admin = signed_in(alice)
    save(admin)
    for _ in range(2):
        admin.act("/orgs/lab/discard", {"revision": 1})
        lab.refresh_from_db()
        assert (lab.draft, lab.description, lab.revision) == (None, "", 2)


def test_undoing_twice_is_once_and_can_be_undone(lab, alice, signed_in):
    admin = signed_in(alice)
    save(admin, description="First")
    publish(admin)
    save(admin, description="Second")
    publish(admin)
    edition = Organisation.objects.get().edition
    for _ in range(2):
        assert undo(admin, edition).url
        lab.refresh_from_db()
        assert (lab.description, lab.draft, lab.previous["description"]) == ("First", None, "Second")
    undo(admin)
    lab.refresh_from_db()
    assert lab.description == "Second"


def test_undo_leaves_a_draft_alone(lab, alice, signed_in):
    admin = signed_in(alice)
    save(admin, description="First")
    publish(admin)
    save(admin, description="Unfinished")
    undo(admin)
    lab.refresh_from_db()
    assert (lab.description, lab.draft["description"]) == ("", "Unfinished")


@pytest.mark.parametrize("verb", ["publish", "discard", "undo"])
def test_a_verb_without_a_number_does_nothing(lab, alice, signed_in, verb):
    answer = signed_in(alice).act(f"/orgs/lab/{verb}", {"revision": "x"})
    assert (answer.status_code, "out of date" in answer.content.decode()) == (400, True)


def test_pictures_are_drafted_published_and_deleted_when_nothing_refers_to_them(
    lab, alice, signed_in, stranger, media, django_capture_on_commit_callbacks
):
    admin = signed_in(alice)
    base = base_of(admin)
    with django_capture_on_commit_callbacks(execute=True):
        save(admin, base, logo=picture("logo.png"), cover=picture("cover.png", size=(2000, 900)))
    first = files(media)
    assert len(first) == 4
    assert "/media/covers/" in admin.get("/orgs/lab/preview").content.decode()
    assert "/media/" not in stranger.get("/orgs/lab").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        publish(admin)
    lab.refresh_from_db()
    served = stranger.get(lab.cover.url)
    assert served.headers["Content-Type"] == "image/webp"
    assert served.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert b"".join(served.streaming_content)[8:12] == b"WEBP"
    with django_capture_on_commit_callbacks(execute=True):
        save(admin, **{"logo-clear": "on"})
        publish(admin)
    assert files(media) == first  # what is before the last change can be brought back
    with django_capture_on_commit_callbacks(execute=True):
        save(admin, description="Without a logo")
        publish(admin)
    assert {name.split("/")[0] for name in files(media)} == {"covers"}


def test_two_admins_at_once(lab, alice, carol, signed_in, media):
    """The second is told what changed, by whom, and loses nothing, not even a picture; saving again is possible."""
    first, second = signed_in(alice), signed_in(carol)
    base = base_of(second)
    save(first, description="Alice's words", name="Alice's Lab")
    answer = save(second, base, description="Carol's words", logo=picture("logo.png"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Alice Ash saved the draft" in page
    assert [field.name for field, *_ in answer.context["changes"]] == ["description"]
    assert page.count(escape("Alice's words")) == 1
    assert page.count(escape("Carol's words")) == 2  # beside hers, and in the form
    lab.refresh_from_db()
    assert lab.draft["description"] == "Alice's words"
    kept = re.search('name="logo-kept" value="([^"]+)"', page)[1]
    again = save(second, answer.context["base"], description="Both", **{"logo-kept": kept})
    assert again.url == "/orgs/lab/preview"
    lab.refresh_from_db()
    assert (lab.draft["description"], lab.draft["name"]) == ("Both", "Alice's Lab")  # the name Carol left as it was
    assert lab.draft["logo"].startswith("logos/")
    assert (lab.changed_by, lab.change) == (carol, "saved the draft")


def test_what_others_changed_alike_or_elsewhere_is_no_conflict(lab, alice, carol, paper, signed_in):
    first, second = signed_in(alice), signed_in(carol)
    Affiliation.objects.accept(alice, lab, paper)
    base = base_of(second)
    save(first, name="Alice's Lab")
    first.act("/orgs/lab/featured/add", {"what": paper.arxiv_id})
    answer = save(second, base)
    assert "Alice Ash also changed: Name." in second.get(answer.url).content.decode()
    lab.refresh_from_db()
    assert (lab.draft["name"], lab.draft["featured"]) == ("Alice's Lab", [paper.pk])


def test_a_form_that_does_not_know_what_it_was_made_from_overwrites_nothing(lab, alice, signed_in):
    admin = signed_in(alice)
    save(admin)
    for base in ("{", "[]", '{"name": 7}'):
        assert save(admin, base, description="Mine").status_code == 409
    assert Organisation.objects.get().draft["description"] == "We **measure**."


@pytest.mark.django_db(transaction=True)
def test_of_two_that_save_at_once_one_is_told(lab, alice, carol):
    base = digests(lab.state())

    def write(words, by):
        return lambda: Organisation.objects.get(pk=lab.pk).save_draft(by, {"description": words}, base)

    refused = [isinstance(o, Overtaken) for o in race(write("Alice's", alice), write("Carol's", carol))]
    lab.refresh_from_db()
    winner = {(True, False): "Carol's", (False, True): "Alice's"}[tuple(refused)]
    assert (lab.draft["description"], lab.revision) == (winner, 1)


@pytest.mark.django_db(transaction=True)
def test_publishing_and_undoing_are_done_once_however_often_at_once(lab, alice):
    lab.save_draft(alice, {"description": "New"}, digests(lab.state()))
    fresh = [Organisation.objects.get(pk=lab.pk) for _ in range(4)]
    done = race(*(lambda o=o: o.publish(alice, 1) for o in fresh))
    assert sorted(done) == [False, False, False, True]
    done = race(*(lambda o=o: o.undo(alice, 2) for o in fresh))
    assert sorted(done) == [False, False, False, True]
    lab.refresh_from_db()
    assert (lab.description, lab.draft, lab.revision) == ("", None, 3)


def test_a_picture_of_others_cannot_be_named(lab, alice, signed_in):
    admin = signed_in(alice)
    save(admin, **{"logo-kept": f"logos/{'0' * 32}.webp"})
    assert not Organisation.objects.get().drafted().logo


@pytest.mark.parametrize(("day", "shown"), [("2026-11-24", False), ("2026-11-25", True), (None, True)])
@pytest.mark.time_machine(datetime(2026, 11, 25, 23, 59, tzinfo=UTC))
def test_an_announcement_ends_with_its_last_day(lab, stranger, day, shown):
    lab.announcement, lab.announced_until = "Open day", day
    lab.save()
    assert ("Open day" in stranger.get("/orgs/lab").content.decode()) is shown


def test_the_end_of_an_announcement_reaches_who_kept_the_page(lab, stranger, time_machine):
    time_machine.move_to(datetime(2026, 11, 25, 12, tzinfo=UTC))
    lab.announcement, lab.announced_until = "Open day", "2026-11-25"
    lab.save()
    kept = stranger.get("/orgs/lab").headers["ETag"]
    time_machine.move_to(datetime(2026, 11, 26, 0, 1, tzinfo=UTC))
    assert "Open day" not in stranger.get("/orgs/lab", headers={"if-none-match": kept}).content.decode()


def test_the_accent_is_a_stylesheet_kept_for_ever(db, stranger):
    answer = stranger.get("/orgs/lab/accent-ffd700.css")
    assert re.fullmatch(r":root \{ --accent: light-dark\(#\w{6}, #ffd700\); \}\n", answer.content.decode())
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Type"].startswith("text/css")
    assert stranger.get("/orgs/lab/accent-red.css").status_code == 404


def test_the_house_red_is_no_accent_of_ones_own(lab, alice, signed_in):
    save(signed_in(alice), accent="#9a1b1e")
    assert Organisation.objects.get().drafted().accent == ""


def test_a_look_at_the_markdown_keeps_all_that_was_typed_and_saves_nothing(lab, alice, signed_in):
    answer = signed_in(alice).act("/orgs/lab/edit", TYPED | {"preview": "1", "description": "Look: **this** $x$"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Look: <strong>this</strong> <math>" in page
    assert "Code https://example.org/code" in page
    assert Organisation.objects.get().draft is None


def test_uploads_that_no_page_took_are_swept_away(lab, alice, signed_in, media, time_machine):
    admin = signed_in(alice)
    save(admin, logo=picture("kept.png"))
    save(admin, name="", logo=picture("forgotten.png"))
    clear_pictures.func(0)
    assert len(files(media)) == 4
    time_machine.move_to(datetime.now(UTC) + timedelta(days=3))
    clear_pictures.func(0)
    lab.refresh_from_db()
    assert files(media) == {lab.draft["logo"], small(lab.draft["logo"])}
