"""Flagging: what one sees can be flagged, once until it is decided, and only moderators learn of it."""

import pytest

from lib.refusals import Gone, NotAllowed
from moderation.models import Case, Flag
from moderation.reasons import reasons_for
from moderation.subjects import KINDS
from papers.models import Collection
from tests.moderation.conftest import flag, take

ADDRESSES = {
    "paper": "/flag/paper/2509.08721",
    "collection": "/flag/collection/shelf",
    "organisation": "/flag/organisation/lab",
    "person": "/flag/person/author",
}
PAGES = {
    "paper": "/papers/2509.08721",
    "collection": "/collections/shelf",
    "organisation": "/orgs/lab",
    "person": "/people/author",
}


@pytest.mark.parametrize("kind", [kind.key for kind in KINDS.values() if kind.is_flaggable])
def test_a_page_leads_to_its_flag_and_back(rows, carol, signed_in, kind):
    path = ADDRESSES.get(kind, f"/flag/comment/{rows.comment.pk}")
    page = PAGES.get(kind, f"/comments/{rows.comment.pk}")
    reader = signed_in(carol)
    assert f'href="{path}"' in reader.get(page).content.decode()
    assert "Flag for moderators" in reader.get(path).content.decode()
    answer = reader.act(path, {"reason": "spam", "details": "Look <here>."})
    assert (answer.status_code, answer.url) == (302, page)
    assert "Moderators will look at it" in reader.get(page).content.decode()
    assert reader.act(path, {"reason": "spam", "details": "Look <here>."}).url == page
    found = Flag.objects.get()
    assert (found.case.kind, found.case.subject_id) == (kind, getattr(rows, kind).pk)
    assert (found.user, found.reason, found.details) == (carol, "spam", "Look <here>.")


def test_a_decided_case_can_be_flagged_again(rows, mo, carol):
    first = flag(carol, rows.comment)
    take(mo, "dismiss", rows.comment)
    second = flag(carol, rows.comment)
    assert first != second
    assert Flag.objects.count() == 2


def test_all_flags_of_a_subject_are_one_case(rows, carol, bob):
    assert flag(carol, rows.paper) == flag(bob, rows.paper, "duplicate")
    assert Case.objects.get().flags.count() == 2


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "This field is required"),
        ({"reason": "other"}, "Say what is wrong"),
        ({"reason": "duplicate"}, "is not one of the available choices"),
        ({"reason": "spam", "details": "w" * 1001}, "at most 1000 characters"),
    ],
)
def test_a_flag_that_cannot_be_taken_is_kept(rows, carol, signed_in, data, words):
    answer = signed_in(carol).act(f"/flag/comment/{rows.comment.pk}", data)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert data.get("details", "") in answer.content.decode()
    assert not Case.objects.exists()


def test_the_address_can_name_the_reason(rows, carol, signed_in):
    page = signed_in(carol).get("/flag/paper/2509.08721?reason=link").content.decode()
    assert page.count(" checked") == 1
    assert page.index('value="link"') < page.index(" checked") < page.index('value="duplicate"')


def test_every_kind_has_reasons_of_its_own():
    assert {"link", "duplicate"} <= set(reasons_for("paper"))
    assert {"link", "duplicate"}.isdisjoint(reasons_for("comment"))
    assert "abuse" in reasons_for("person")


def test_what_one_does_not_see_cannot_be_flagged(rows, carol, author, signed_in, mo):
    rows.comment.retract(author)
    Collection.objects.create(key="own", name="Private", user=author)
    author.is_active = False
    author.save()
    paths = [f"/flag/comment/{rows.comment.pk}", "/flag/collection/own", "/flag/person/author", "/flag/paper/2509.9"]
    for path in [*paths, "/flag/comment/x", f"/flag/comment/{'9' * 30}", f"/flag/collection/{rows.collection.pk}"]:
        assert signed_in(carol).get(path).status_code == 404, path
        assert signed_in(carol).act(path, {"reason": "spam"}).status_code == 404, path
    with pytest.raises(Gone):
        Flag.objects.make(carol, KINDS["comment"], rows.comment.pk, "spam", "")
    assert not Case.objects.exists()


def test_a_stranger_signs_in_first(rows, stranger):
    answer = stranger.get("/flag/paper/2509.08721")
    assert (answer.status_code, answer.url) == (302, "/accounts/login/?next=/flag/paper/2509.08721")


def test_thirty_flags_a_day(rows, carol, signed_in):
    reader = signed_in(carol)
    answers = [reader.act("/flag/paper/2509.08721", {"reason": "spam"}).status_code for _ in range(31)]
    assert answers == [302] * 30 + [429]


def test_a_flag_outlives_the_account_without_its_name(rows, carol, mo, signed_in):
    flag(carol, rows.paper)
    carol.leave()
    page = signed_in(mo).get("/moderation").content.decode()
    assert "a deleted account" in " ".join(page.split())
    assert "words-of-a-flag" in page
    assert "Carol Cedar" not in page


def test_the_earlier_flag_is_shown_and_changed_until_it_is_decided(rows, mo, carol, signed_in):
    reader, path = signed_in(carol), f"/flag/comment/{rows.comment.pk}"
    reader.act(path, {"reason": "spam", "details": "first-words"})
    page = reader.get(path).content.decode()
    assert "first-words" in page
    assert page.index('value="spam"') < page.index(" checked") < page.index('value="abuse"')
    reader.act(path, {"reason": "abuse", "details": "second-words"})
    assert "Your flag was changed." in reader.get(rows.comment.get_absolute_url()).content.decode()
    assert Flag.objects.values_list("reason", "details").get() == ("abuse", "second-words")
    take(mo, "dismiss", rows.comment)
    page = reader.get(path).content.decode()
    assert "second-words" not in page
    assert " checked" not in page


@pytest.mark.parametrize("kind", ["comment", "collection", "person"])
def test_nobody_flags_what_is_their_own(rows, author, signed_in, kind):
    reader, path = signed_in(author), ADDRESSES.get(kind, f"/flag/comment/{rows.comment.pk}")
    for answer in (reader.get(path), reader.act(path, {"reason": "spam"})):
        assert answer.status_code == 403
        assert "flag what is your own" in answer.content.decode()
    assert f'href="{path}"' not in reader.get(PAGES.get(kind, f"/comments/{rows.comment.pk}")).content.decode()
    with pytest.raises(NotAllowed):
        Flag.objects.make(author, KINDS[kind], getattr(rows, kind).pk, "spam", "")
    assert not Case.objects.exists()


def test_the_submitter_of_a_paper_can_flag_it(rows, author):
    assert flag(author, rows.paper, "link").flags.get().user == author


def test_details_are_as_long_as_browsers_let_them_be(rows, carol, signed_in):
    words = "a\n" * 499 + "bc"
    answer = signed_in(carol).act("/flag/paper/2509.08721", {"reason": "spam", "details": words.replace("\n", "\r\n")})
    assert answer.status_code == 302
    assert Flag.objects.get().details == words
