"""Every decision, and that undoing it leaves everything as it was before."""

import json
from functools import partial

import pytest
from django.db import connection

from lib.conflicts import digests
from lib.refusals import BadInput, Conflict, Gone, NotAllowed
from moderation.decisions import DECISIONS
from moderation.models import Action, Case, Flag
from moderation.seen import Seen
from moderation.subjects import KINDS
from papers.models import Collection, CollectionFollow, Comment, Content, Paper
from tests.database import contents
from tests.factories import UserFactory
from tests.moderation.conftest import flag, open_case, other_paper, seen_by_now, take
from tests.race import race

PAIRS = [(decision.key, kind) for decision in DECISIONS.values() for kind in decision.kinds]
# What a decision and its undoing leave behind: the log, and what says that a page has changed.
TRACES = {
    "revision",
    "changed_at",
    "updated_at",
    "edition",
    "change",
    "changed_by_id",
    "previous",
    "picture_source",
}


def state(row) -> dict:
    """What the row is, but for TRACES."""
    fresh = type(row)._default_manager.filter(pk=row.pk).values().first()
    return fresh and {name: value for name, value in fresh.items() if name not in TRACES}


@pytest.mark.parametrize(("decision", "kind"), PAIRS)
def test_a_decision_is_logged_and_undone(rows, mo, carol, decision, kind):
    row = getattr(rows, kind)
    case = open_case(carol, row, decision)
    before = state(row)
    action = take(mo, decision, row)
    changes = decision not in {"dismiss", "warn"}
    assert (state(row) != before) is changes
    case.refresh_from_db()
    assert case.closed_at
    assert str(action).startswith("Mo Moss ")
    assert action.reason == "It is an advertisement."
    action.undo(mo, "I was wrong.")
    assert state(row) == before
    case.refresh_from_db()
    assert bool(case.closed_at) is (decision == "withdraw")
    action.refresh_from_db()
    assert (action.undone_by_name, action.undone_reason) == ("Mo Moss", "I was wrong.")


@pytest.mark.parametrize(("decision", "kind"), PAIRS)
def test_only_moderators_do_and_undo(rows, mo, carol, author, decision, kind):
    row, _ = getattr(rows, kind), other_paper()
    open_case(carol, row, decision)
    for person in (carol, author):
        before = contents()
        with pytest.raises(NotAllowed):
            take(person, decision, row)
        assert contents() == before
    action = take(mo, decision, row)
    for person in (carol, author):
        before = contents()
        with pytest.raises(NotAllowed):
            action.undo(person, "Mine.")
        assert contents() == before


def is_disabled(page: str, name: str) -> bool:
    """Whether the first field of this name is disabled."""
    return " disabled" in page.split(f' name="{name}"')[1].split(">")[0]


def test_a_hidden_comment_says_why_and_comes_back(rows, mo, client):
    action = take(mo, "hide", rows.comment)
    page = client.get(rows.comment.get_absolute_url()).content.decode()
    assert "Hidden by a moderator: It is an advertisement." in page
    assert "words-of-a-comment" not in page
    action.undo(mo, "It is none.")
    assert "words-of-a-comment" in client.get(rows.comment.get_absolute_url()).content.decode()


def test_nobody_writes_in_a_locked_discussion(rows, mo, carol, author, signed_in):
    action = take(mo, "lock", rows.paper, "Too heated.")
    text = "Moderators have locked this discussion: Too heated."
    for attempt in (
        lambda: Comment.objects.post(carol, rows.paper, Content("New.")),
        lambda: Comment.objects.post(carol, rows.paper, Content("Reply."), rows.comment),
        lambda: rows.comment.edit(author, Content("Other."), 0),
    ):
        with pytest.raises(NotAllowed, match=text):
            attempt()
    reader = signed_in(carol)
    page = reader.get(rows.paper.get_absolute_url()).content.decode()
    assert text in page
    assert "/comments/new" not in page
    assert "/reply" not in page
    for path in (f"{rows.paper.get_absolute_url()}/comments/new", f"/comments/{rows.comment.pk}/reply"):
        answer = reader.get(path)
        assert answer.status_code == 403
        assert text in answer.content.decode()
    rows.comment.retract(author)
    with pytest.raises(BadInput, match="Write a reason"):
        rows.paper.lock_discussion(mo, "")
    action.undo(mo, "Calm again.")
    Comment.objects.post(carol, Paper.objects.get(), Content("New."))
    assert Comment.objects.standing().get().text == "New."


def test_a_held_collection_stays_private_until_moderators_release_it(rows, mo, carol, author, signed_in):
    CollectionFollow.objects.make(carol, rows.collection)
    action = take(mo, "hold", rows.collection, "An insult.")
    assert signed_in(carol).get("/collections/shelf").status_code == 404
    assert not CollectionFollow.objects.exists()
    with pytest.raises(NotAllowed, match="made this collection private: An insult"):
        Collection.objects.get().edit(author, visibility="unlisted")
    reader, path = signed_in(author), "/collections/shelf/edit"
    page = reader.get(path).content.decode()
    assert "Moderators have made this collection private: An insult." in page
    assert is_disabled(page, "visibility")
    assert not is_disabled(page, "name")
    base = {"base": json.dumps(digests({"name": "Shelf", "description": "", "visibility": "private"}))}
    answer = reader.act(path, base | {"name": "Best", "visibility": "public"})
    assert answer.status_code == 403
    assert 'value="Best"' in answer.content.decode()
    assert Collection.objects.get().name == "Shelf"
    assert reader.act(path, base | {"name": "Better"}).url == "/collections/shelf"
    assert "An insult." in reader.get("/collections/shelf").content.decode()
    action.undo(mo, "Renamed.")
    collection = Collection.objects.get()
    assert (collection.name, collection.visibility, collection.follower_count) == ("Better", "public", 1)
    assert "Better" in signed_in(carol).get("/collections/shelf").content.decode()


def test_a_cleared_page_is_not_brought_back_by_its_owner(rows, mo, author):
    lab = rows.organisation
    lab.save_draft(author, {"website": "https://buy.example", "description": "Buy more"}, digests(lab.state()))
    lab.publish(author, lab.revision)
    action = take(mo, "clear", lab)
    lab.refresh_from_db()
    assert (lab.description, lab.website, lab.draft, lab.previous) == ("", "", None, None)
    lab.save_draft(author, {"description": "We do research."}, digests(lab.state()))
    lab.publish(author, lab.revision)
    action.undo(mo, "I was wrong.")
    lab.refresh_from_db()
    assert (lab.description, lab.website) == ("We do research.", "https://buy.example")


def test_a_hidden_profile_cannot_be_filled_in_again(rows, mo, author, signed_in):
    author.links = [{"label": "Shop", "url": "https://buy.example"}]
    author.save()
    action = take(mo, "hide-profile", author, "Advertising.")
    page = signed_in(mo).get("/people/author").content.decode()
    assert "About me" not in page
    assert "buy.example" not in page
    reader = signed_in(author)
    page = reader.get("/settings/profile").content.decode()
    assert "Advertising." in page
    assert [name for name in ("name", "about", "links", "portrait") if is_disabled(page, name)] == [
        "about",
        "links",
        "portrait",
    ]
    answer = reader.act("/settings/profile", {"name": "Arthur", "about": "Again", "links": ""})
    assert answer.status_code == 403
    assert "Moderators have hidden your profile: Advertising." in answer.content.decode()
    assert ">\nAgain</textarea>" in answer.content.decode()
    assert reader.act("/settings/profile", {"name": "Art"}).status_code == 302
    action.undo(mo, "Never mind.")
    author.refresh_from_db()
    assert (author.name, author.about, author.links[0]["label"]) == ("Art", "About me", "Shop")


def test_links_are_corrected_and_undone_in_their_order(rows, mo):
    rows.paper.code_stars = 9
    rows.paper.save()
    first = take(mo, "relink", rows.paper, code_url="https://one.example")
    second = take(mo, "relink", rows.paper, code_url="https://two.example")
    assert Paper.objects.values_list("code_url", "code_stars").get() == ("https://two.example", None)
    with pytest.raises(Conflict, match="Undo that first"):
        first.undo(mo, "Wrong.")
    second.undo(mo, "Wrong.")
    assert Paper.objects.get().code_url == "https://one.example"
    first.undo(mo, "Wrong.")
    assert Paper.objects.get().code_url == ""


def test_the_second_moderator_reads_what_the_first_one_did(rows, mo, ned, carol):
    flag(carol, rows.comment)
    take(mo, "hide", rows.comment)
    before = contents(Action, Comment)
    with pytest.raises(Conflict, match="Mo Moss has just done this: hid a comment on “Common paper”"):
        take(ned, "dismiss", rows.comment, seen=Seen())
    assert contents(Action, Comment) == before


def test_the_same_form_sent_twice_is_one_action(rows, mo):
    first = take(mo, "warn", rows.person, "Be kind.", seen=Seen())
    assert take(mo, "warn", rows.person, "Be kind.", seen=Seen()) == first
    first.undo(mo, "Wrong person.")
    first.undo(mo, "Wrong person.")
    assert Action.objects.count() == 1


def test_there_is_nothing_to_dismiss_without_a_case(rows, mo):
    with pytest.raises(Conflict, match="nothing to do"):
        take(mo, "dismiss", rows.comment)


def test_a_subject_that_is_gone_is_neither_changed_nor_restored(rows, mo, carol):
    action = take(mo, "lock", rows.paper)
    rows.paper.delete()
    with pytest.raises(Gone):
        action.undo(mo, "Too late.")
    with pytest.raises(Gone):
        take(mo, "lock", rows.paper, seen=Seen(action.pk))
    action.refresh_from_db()
    assert action.undone_at is None


@pytest.mark.django_db(transaction=True)
def test_of_two_moderators_at_once_one_comes_first(rows, mo, ned, carol):
    flag(carol, rows.comment)
    seen = seen_by_now(KINDS["comment"], rows.comment.pk)
    outcome = race(*(partial(take, person, "hide", rows.comment, seen=seen) for person in (mo, ned)))
    assert sorted(type(end).__name__ for end in outcome) == ["Action", "Conflict"]
    assert Action.objects.count() == 1
    assert Comment.objects.get().hidden_at


@pytest.mark.django_db(transaction=True)
def test_two_moderators_who_deal_with_each_other_do_not_wait_for_each_other(mo, ned):
    type(mo).objects.update(is_superuser=True)
    outcome = race(*(partial(take, a, "warn", b, seen=Seen()) for a, b in ((mo, ned), (ned, mo)) * 3))
    assert {type(end) for end in outcome} == {Action}
    assert Action.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_who_flags_at_once_with_others_and_with_a_decision_is_not_lost(rows, mo):
    people = [UserFactory() for _ in range(8)]
    flag(people[0], rows.comment)
    acts = [partial(flag_once, person, rows.comment) for person in people * 2]
    outcome = race(*acts, partial(take, mo, "dismiss", rows.comment, seen=Seen(flag=10**9)))
    connection.close()
    assert [end for end in outcome if isinstance(end, Exception)] == []
    assert Case.objects.open().count() <= 1
    closed = Case.objects.exclude(closed_at=None).get()
    late = Flag.objects.filter(created_at__gt=closed.closed_at)
    assert not late.filter(case=closed).exists()


def flag_once(user, comment) -> bool:
    return Flag.objects.make(user, KINDS["comment"], comment.pk, "spam", "") or True
