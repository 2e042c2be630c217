"""The public log, its feed, and the answers of those concerned."""

import json

import pytest

from accounts import suspension
from lib.refusals import NotAllowed
from moderation.models import Action, Answer, Case
from papers.models import Collection
from tests.moderation.conftest import flag, take
from tests.orgs.conftest import confirm
from tests.papers.syndication.feeds import read


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def hidden(rows, mo, carol) -> Action:
    flag(carol, rows.comment)
    return take(mo, "hide", rows.comment, "An <advertisement>.")


def public_pages(action: Action) -> list[str]:
    return ["/moderation/log", action.get_absolute_url(), *(f"/moderation/log.{f}" for f in ("atom", "json", "rss"))]


def test_the_log_says_when_what_why_and_who_but_never_who_flagged(hidden, client, author):
    for path in public_pages(hidden):
        page = client.get(path).content.decode()
        assert "hid a comment on “Common paper”" in page, path
        assert "advertisement" in page, path
        assert "<advertisement>" not in page, path
        assert "Mo Moss" in page, path
        for secret in ("Carol", "carol", "words-of-a-flag", "words-of-a-comment", "Arthur", 'author"', "spam"):
            assert secret not in page.replace('class="comment-author"', ""), (path, secret)


def test_the_log_says_what_was_undone(hidden, mo, client):
    hidden.undo(mo, "It is <none>.")
    for path in public_pages(hidden):
        page = text(client.get(path))
        assert "Undone by Mo Moss" in page, path
        assert "It is <none>" not in page, path


def test_the_log_may_be_kept_by_caches_until_it_changes(hidden, mo, client):
    for path in public_pages(hidden):
        answer = client.get(path)
        assert "public" in answer.headers["Cache-Control"], path
        assert not answer.cookies, path
        kept = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert kept.status_code == 304, path
    tag = client.get("/moderation/log").headers["ETag"]
    hidden.undo(mo, "It is none.")
    assert client.get("/moderation/log", headers={"If-None-Match": tag}).status_code == 200


def test_a_long_log_has_further_pages(rows, mo, client):
    for number in range(51):
        take(mo, "warn", rows.person, f"Reason {number:02}.")
    first = client.get("/moderation/log").content.decode()
    assert "Reason 50." in first
    assert "Reason 00." not in first
    older = first.split('href="?older=')[1].split('"')[0]
    assert "Reason 00." in client.get(f"/moderation/log?older={older}").content.decode()
    assert client.get("/moderation/log?older=x").status_code == 400


def test_a_feed_is_valid_and_its_entries_have_pages(hidden, client):
    data = json.loads(client.get("/moderation/log.json").content)
    assert [item["url"] for item in data["items"]] == [f"http://127.0.0.1:8000{hidden.get_absolute_url()}"]
    assert client.get("/moderation/log.pdf").status_code == 404
    for format in ("atom", "json", "rss"):
        assert read(client.get(f"/moderation/log.{format}").content, format)


def test_a_line_outlives_its_moderator_and_forgets_people_who_leave(rows, mo, ned, client):
    take(mo, "warn", rows.person, "Be kind.")
    rows.person.memberships.all().delete()
    rows.person.leave()
    take(ned, "lock", rows.paper, "Too heated.").undo(mo, "Calm again.")
    mo.leave()
    for path in ("/moderation/log", "/moderation/log.atom"):
        page = text(client.get(path))
        assert "A former moderator warned a deleted account" in page, path
        assert "Undone by a former moderator" in page, path
        assert "Arthur" not in page, path
        assert "Mo Moss" not in page, path


def test_the_person_concerned_is_notified_and_answers_once(hidden, mo, author, carol, signed_in, work, client):
    work()
    reader, path = signed_in(author), f"/moderation/log/{hidden.pk}/answer"
    page = text(reader.get("/notifications"))
    assert "Moderators hid your comment on “Common paper”." in page
    assert "Reason: An &lt;advertisement&gt;." in page
    assert f'href="{path}"' in page
    assert f'href="{path}"' in text(reader.get(hidden.get_absolute_url()))
    assert f'href="{path}"' not in text(client.get(hidden.get_absolute_url()))
    for words in ("It is my own work.", "Once more."):
        assert reader.act(path, {"text": words}).status_code == 302
    assert Answer.objects.get().text == "It is my own work."
    assert "It is my own work." in text(reader.get(path))
    case = Case.objects.open().get()
    assert (case.question, case.subject_id) == ("answer", hidden.subject_id)
    assert "It is my own work." in text(signed_in(mo).get("/moderation"))
    assert "It is my own work." not in text(client.get("/moderation/log"))
    take(mo, "dismiss", case.subject())
    assert not Case.objects.open().exists()
    hidden.undo(mo, "It is your own.")
    work()
    assert "Moderators took back this decision: they hid" in text(reader.get("/notifications"))


def test_nobody_else_answers(hidden, carol, mo, signed_in):
    path = f"/moderation/log/{hidden.pk}/answer"
    for person in (carol, mo):
        assert signed_in(person).get(path).status_code == 404
        assert signed_in(person).act(path, {"text": "Me too."}).status_code == 404
        with pytest.raises(NotAllowed):
            Answer.objects.write(person, hidden, "Me too.")
    assert not Answer.objects.exists()


@pytest.mark.parametrize(("words", "error"), [("", "This field is required"), ("w" * 1001, "at most 1000 characters")])
def test_an_answer_that_cannot_be_sent_is_kept(hidden, author, signed_in, words, error):
    answer = signed_in(author).act(f"/moderation/log/{hidden.pk}/answer", {"text": words})
    assert answer.status_code == 400
    assert error in answer.content.decode()
    assert words in answer.content.decode()


def test_editors_of_an_organisation_are_notified_of_what_happens_to_its_page(rows, mo, carol, author, work):
    rows.organisation.memberships.create(user=carol, role="member")
    action = take(mo, "clear", rows.organisation)
    work()
    assert list(action.people.all()) == [author]
    assert author.notifications.get().kind == "moderation"
    assert not carol.notifications.exists()


def test_somebody_suspended_answers_signed_out(rows, mo, signed_in, stranger, client):
    confirm(rows.person)
    action = take(mo, "suspend", rows.person, "Advertising.")
    assert "suspended Arthur Author permanently" in text(client.get("/moderation/log"))
    path = suspension.path(rows.person)
    assert "Advertising." in text(stranger.get(path))
    answer = stranger.post(path, {"text": "Let me back in."})
    assert (answer.status_code, answer.url) == (302, path)
    page = stranger.get(path)
    assert "Let me back in." in text(page)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    stranger.post(path, {"text": "Again."})
    assert Answer.objects.get().text == "Let me back in."
    assert "Let me back in." in text(signed_in(mo).get(f"/moderation/person/{rows.person.pk}"))
    action.undo(mo, "Welcome back.")
    assert stranger.get(path).status_code == 404
    assert stranger.get(path[:-3]).status_code == 404
    rows.person.refresh_from_db()
    assert rows.person.is_active


def test_the_log_does_not_say_who_was_flagged_without_cause(rows, mo, carol, client):
    flag(carol, rows.person)
    dismissal = take(mo, "dismiss", rows.person)
    for path in public_pages(dismissal):
        page = client.get(path).content.decode()
        assert "dismissed the case about a person" in page, path
        assert "Arthur" not in page, path
        assert "/people/author" not in page, path


@pytest.mark.parametrize("visibility", ["public", "unlisted"])
def test_the_log_never_has_the_address_of_a_collection(rows, mo, carol, stranger, visibility):
    shelf = Collection.objects.begin(rows.person, rows.person, "Why N N is a fraud", visibility=visibility)
    flag(carol, shelf)
    dismissal = take(mo, "dismiss", shelf)
    take(mo, "hold", shelf)
    for path in public_pages(dismissal):
        page = stranger.get(path).content.decode()
        assert "dismissed the case about a collection" in page, path
        assert shelf.key not in page, path


def test_a_suspension_is_logged_until_its_last_day(rows, mo, signed_in, client):
    data = {"reason": "Spam.", "seen": "0-0-0", "until": "2100-12-03"}
    assert signed_in(mo).act(f"/moderation/person/{rows.person.pk}/suspend", data).status_code == 302
    length = "until the end of 3 December 2100 (UTC)"
    assert f"suspended Arthur Author {length}" in text(client.get("/moderation/log"))
    rows.person.refresh_from_db()
    assert rows.person.suspension_length == length
    assert rows.person.suspended_until.isoformat() == "2100-12-04T00:00:00+00:00"


@pytest.mark.parametrize(
    ("decision", "kind", "words", "link"),
    [
        ("warn", "person", "Moderators warned you.", '<a href="/people/author">Your page</a>'),
        ("hide-profile", "person", "Moderators hid your profile text.", '<a href="/people/author">Your page</a>'),
        (
            "hold",
            "collection",
            "Moderators made your collection “Shelf” private.",
            '<a href="/collections/shelf">Your collection “Shelf”</a>',
        ),
    ],
)
def test_a_notification_speaks_to_the_person_and_the_log_about_them(
    rows, mo, author, signed_in, work, client, decision, kind, words, link
):
    take(mo, decision, getattr(rows, kind))
    work()
    page = text(signed_in(author).get("/notifications"))
    assert words in page
    assert link in page
    log = text(client.get("/moderation/log"))
    assert "Shelf" not in log
    assert ("Arthur Author" in log) is (kind == "person")


def test_all_below_a_removed_paper_answers_as_it_does_and_leads_to_the_decision(rows, mo, signed_in):
    action = take(mo, "remove", rows.paper, "A hoax.")
    reader = signed_in(mo)
    for path in ("", "/similar", "/versions", "/comments", "/comments/new", "/report", "/claim", "/correct"):
        answer = reader.get(f"/papers/2509.08721{path}")
        assert (answer.status_code, "A hoax." in text(answer)) == (410, True), path
    link = f"/moderation/log/paper/{rows.paper.pk}"
    assert f'href="{link}"' in text(answer)
    assert reader.get(link).url == f"/moderation/log/{action.pk}"
    action.undo(mo, "It is none.")
    assert reader.get(link).status_code == 404
    assert reader.get("/papers/2509.08721/claim").status_code == 200
    assert reader.get("/papers/2509.99999/claim").status_code == 404


def test_links_to_somebody_suspended_lead_to_a_page_that_says_so(rows, mo, client):
    take(mo, "suspend", rows.person)
    for path in ("/people/author", "/people/author/submitted", "/people/author/comments"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "This account is suspended." in text(answer)
        assert "About me" not in text(answer)
        assert 'href="/moderation/log"' in text(answer)
    rows.person.refresh_from_db()
    rows.person.reinstate(mo)
    assert "About me" in text(client.get("/people/author"))
