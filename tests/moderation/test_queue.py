"""The queue and the page of a subject: what moderators read there, what they can do, and what it costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from moderation.decisions import DECISIONS
from moderation.models import Action, Case
from moderation.subjects import KINDS
from papers.models import Collection, Comment, Content, Paper
from tests.factories import AuthorClaimFactory, OrganisationFactory, PaperFactory, UserFactory
from tests.moderation.conftest import flag, open_case, suspect, take


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_the_queue_has_what_a_decision_needs(rows, mo, carol, bob, signed_in):
    take(mo, "warn", rows.person, "Be kind.")
    flag(carol, rows.comment, "abuse", "Look <here>.")
    flag(bob, rows.comment, "spam", "")
    page = text(signed_in(mo).get("/moderation"))
    for words in ("A comment on “Common paper”", "Insults", "Carol Cedar", "Look &lt;here&gt;.", "Bob Birch", "Spam"):
        assert words in page
    assert "Arthur Author" in page
    assert "1 past decision" in page
    assert f'href="/moderation/comment/{rows.comment.pk}"' in page


def test_the_oldest_case_comes_first_and_the_rest_on_further_pages(mo, carol, signed_in):
    papers = [PaperFactory(title=f"Flagged {n:02}") for n in range(31)]
    for paper in papers:
        flag(carol, paper)
    reader = signed_in(mo)
    first = reader.get("/moderation")
    assert [n for n in range(31) if f"Flagged {n:02}" in text(first)] == list(range(30))
    older = first.content.decode().split('href="?older=')[1].split('"')[0]
    second = text(reader.get(f"/moderation?older={older}"))
    assert "Flagged 30" in second
    assert "Flagged 00" not in second


def flag_one_of_each(carol) -> None:
    """Cases about a row of each kind, of different people."""
    author = UserFactory()
    paper = PaperFactory(submitted_by=author)
    comment = Comment.objects.post(author, paper, Content(f"Text {paper.pk}"))
    shelf = Collection.objects.create(key=f"c{paper.pk}", name="Shelf", user=author, visibility="public")
    for row in (paper, comment, shelf, OrganisationFactory(), author):
        flag(carol, row)
    AuthorClaimFactory(paper=paper, user=author, state="open").ask(author, "I wrote it.")
    suspect(paper, 1)
    take_on = Action.objects.filter(people=author)
    assert not take_on.exists()


def test_a_long_queue_costs_what_a_short_one_costs(mo, carol, bob, signed_in):
    reader, counts = signed_in(mo), []
    for more in (1, 5):
        for _ in range(more):
            flag_one_of_each(carol)
        with CaptureQueriesContext(connection) as statements:
            page = reader.get("/moderation").content.decode()
        counts.append((page.count('class="claim"'), len(statements)))
    assert counts == [(7, 12), (30, 12)]


def test_the_page_of_a_subject_costs_the_same_with_many_flags(rows, mo, signed_in):
    reader, counts = signed_in(mo), []
    for more in (1, 20):
        for _ in range(more):
            flag(UserFactory(), rows.comment)
        with CaptureQueriesContext(connection) as statements:
            page = reader.get(f"/moderation/comment/{rows.comment.pk}").content.decode()
        counts.append((page.count("words-of-a-flag"), len(statements)))
    assert [flags for flags, _ in counts] == [1, 21]
    assert counts[0][1] == counts[1][1]


@pytest.mark.parametrize("kind", KINDS)
def test_a_subject_has_the_forms_of_all_its_decisions(rows, mo, carol, signed_in, kind):
    row = getattr(rows, kind)
    decisions = [decision for decision in DECISIONS.values() if kind in decision.kinds and decision.key != "withdraw"]
    assert len(decisions) >= 2
    for about_votes in (False, True) if kind == "paper" else (False,):
        open_case(carol, row, "count-votes" if about_votes else decisions[0].key)
        page = text(signed_in(mo).get(f"/moderation/{kind}/{row.pk}"))
        for decision in decisions:
            is_offered = f'action="/moderation/{kind}/{row.pk}/{decision.key}"' in page
            assert is_offered is (about_votes or not decision.key.endswith("votes")), decision.key
        assert ("words-of-a-claim" if kind == "authorclaim" else "words-of-a-flag") in page


def test_a_decision_is_done_and_undone_by_forms(rows, mo, carol, signed_in):
    flag(carol, rows.comment)
    reader, path = signed_in(mo), f"/moderation/comment/{rows.comment.pk}"
    reader.get(path)
    answer = reader.act(f"{path}/hide", {"reason": "An advertisement.", "seen": "0-9000001-0"})
    assert (answer.status_code, answer.url) == (302, "/moderation")
    page = text(reader.get("/moderation"))
    assert "You hid a comment on “Common paper”." in page
    assert "No open cases" in page
    action = Action.objects.get()
    page = text(reader.get(path))
    assert "words-of-a-comment" in page
    assert f'action="/moderation/log/{action.pk}/undo"' in page
    assert "hide</summary>" not in page.lower()
    answer = reader.act(f"/moderation/log/{action.pk}/undo", {"reason": "It is none."})
    assert (answer.status_code, answer.url) == (302, path)
    assert Comment.objects.get().hidden_at is None
    page = text(reader.get(path))
    assert "Undone by Mo Moss" in page
    assert f"/moderation/log/{action.pk}/undo" not in page


@pytest.mark.parametrize("decision", ["relink", "lock", "remove"])
def test_a_form_without_a_reason_comes_back_open(rows, mo, signed_in, decision):
    data = {"reason": " ", "seen": "0-0-0", "code_url": "https://typed.example"}
    answer = signed_in(mo).act(f"/moderation/paper/{rows.paper.pk}/{decision}", data)
    assert answer.status_code == 400
    assert answer.content.decode().count('<details class="decision" open>') == 1
    assert "This field is required" in answer.content.decode() or "Enter letters" in answer.content.decode()
    assert ("https://typed.example" in answer.content.decode()) is (decision == "relink")
    assert not Action.objects.exists()


def test_undoing_needs_a_reason(rows, mo, signed_in):
    action = take(mo, "lock", rows.paper)
    answer = signed_in(mo).act(f"/moderation/log/{action.pk}/undo", {"reason": ""})
    assert answer.status_code == 400
    assert "This field is required" in answer.content.decode()
    assert Paper.objects.get().locked_reason


@pytest.mark.parametrize(("until", "words"), [("2020-01-01", "a day that is not over"), ("soon", "Enter a valid date")])
def test_a_suspension_ends_in_the_future(rows, mo, signed_in, until, words):
    data = {"reason": "Spam.", "seen": "0-0-0", "until": until}
    answer = signed_in(mo).act(f"/moderation/person/{rows.person.pk}/suspend", data)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    rows.person.refresh_from_db()
    assert rows.person.is_active


def test_the_second_moderator_gets_a_conflict_in_words(rows, mo, ned, signed_in):
    take(mo, "hide", rows.comment)
    answer = signed_in(ned).act(f"/moderation/comment/{rows.comment.pk}/hide", {"reason": "Spam.", "seen": "0-0-0"})
    assert answer.status_code == 409
    assert "Mo Moss has just done this" in answer.content.decode()


def test_a_removed_paper_and_a_deleted_account_can_still_be_reviewed(rows, mo, carol, signed_in):
    reader, path = signed_in(mo), f"/moderation/paper/{rows.paper.pk}"
    reader.act(f"{path}/remove", {"reason": "A hoax.", "seen": "0-0-0"})
    page = text(reader.get(path))
    assert "deleted or removed" in page
    action = Action.objects.get()
    assert reader.act(f"/moderation/log/{action.pk}/undo", {"reason": "It is none."}).url == path
    assert Paper.objects.get().arxiv_id == "2509.08721"
    flag(rows.person, carol)
    pk = carol.pk
    carol.leave()
    assert "It was deleted." in text(reader.get("/moderation"))
    page = text(reader.get(f"/moderation/person/{pk}"))
    assert "a deleted account" in page.lower()
    assert "Carol" not in page


def test_a_private_collection_is_not_shown_to_moderators_unless_a_case_is_open(rows, mo, carol, author, signed_in):
    own = Collection.objects.create(key="own", name="Private shelf", user=author)
    reader = signed_in(mo)
    assert reader.get(f"/moderation/collection/{own.pk}").status_code == 404
    assert reader.get("/moderation/collection/99999").status_code == 404
    own.edit(author, visibility="unlisted")
    flag(carol, own)
    own.edit(author, visibility="private")
    assert "Private shelf" in text(reader.get(f"/moderation/collection/{own.pk}"))
    action = take(mo, "hold", own)
    assert "Private shelf" in text(reader.get(f"/moderation/collection/{own.pk}"))
    action.undo(mo, "It is fine.")
    take(mo, "dismiss", own)
    assert reader.get(f"/moderation/collection/{own.pk}").status_code == 404


def test_a_case_about_a_deleted_row_can_be_dismissed(rows, mo, carol, author, signed_in):
    flag(carol, rows.collection)
    reader, path = signed_in(mo), f"/moderation/collection/{rows.collection.pk}"
    rows.collection.end(author)
    page = text(reader.get(path))
    assert "deleted or removed" in page
    assert page.count('class="decision"') == 1
    assert reader.act(f"{path}/hold", {"reason": "It is gone.", "seen": "0-0-0"}).status_code == 404
    for _ in range(2):
        assert reader.act(f"{path}/dismiss", {"reason": "It is gone.", "seen": "0-9000001-0"}).status_code == 302
    assert not Case.objects.open().exists()
    assert Action.objects.get().text == "dismissed the case about a collection"


def test_a_line_of_the_queue_begins_with_what_was_flagged(rows, mo, carol, signed_in):
    rows.paper.abstract, rows.paper.code_url = "Deep " * 100, "https://spam.example/code"
    rows.paper.save()
    rows.person.links = [{"label": "Shop", "url": "https://buy.example"}]
    rows.person.save()
    for row in (rows.paper, rows.comment, rows.collection, rows.organisation, rows.person):
        flag(carol, row)
    page = text(signed_in(mo).get("/moderation"))
    excerpts = [part.split("</p>")[0] for part in page.split('<p class="excerpt">')[1:]]
    assert [excerpt.split(" ")[0] for excerpt in excerpts] == ["Common", "words-of-a-comment", "Shelf", "The", "Arthur"]
    assert "https://spam.example/code Deep" in excerpts[0]
    assert len(excerpts[0]) <= 200
    assert "https://buy.example About me" in excerpts[4]


def test_a_person_is_not_by_somebody(rows, mo, carol, signed_in):
    flag(carol, rows.person)
    for path in ("/moderation", f"/moderation/person/{rows.person.pk}"):
        page = text(signed_in(mo).get(path))
        assert "Joined" in page
        assert "<span>By " not in page
