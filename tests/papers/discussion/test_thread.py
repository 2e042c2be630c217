"""Pages of comments: which are shown, in which order, where, and by how many statements."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html as parser

from papers.models import Comment, CommentVote, Content, SiteCount
from papers.sites import Counts
from tests.factories import AuthorClaimFactory, OrganisationFactory, PaperFactory, UserFactory, admin_of, appoint
from tests.papers.discussion.talk import post, synthetic


def texts(answer) -> list[str]:
    """The comments of a page in order, each with a “>” for every level that it stands under others."""
    page = parser.fromstring(answer.content)
    found = []
    for comment in page.xpath("//li[@class='comment']"):
        level = len(comment.xpath("ancestor::li"))
        body = comment.xpath("article/*[@class='prose' or @class='comment-gone']")[0]
        found.append(">" * level + body.text_content().strip())
    return found


def statements(reader, path) -> int:
    reader.get(path)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        reader.get(path)
    return len(captured)


@pytest.fixture
def thread(paper, alice, bob):
    first = post(alice, paper, "First.")
    post(bob, paper, "Reply.", first)
    return first


def test_the_paper_has_its_comments_with_answers_beneath(paper, thread, alice, stranger):
    post(alice, paper, "Second.")
    assert texts(stranger.get("/papers/2509.08721")) == ["First.", ">Reply.", "Second."]


def test_orders(paper, alice, bob, carol, stranger):
    for author, text in ((alice, "A."), (bob, "B."), (carol, "C.")):
        comment = post(author, paper, text)
    CommentVote.objects.make(alice, comment)
    page = "/papers/2509.08721/comments"
    assert texts(stranger.get(page)) == ["C.", "A.", "B."]
    assert texts(stranger.get(f"{page}?sort=newest")) == ["C.", "B.", "A."]
    assert texts(stranger.get(f"{page}?sort=oldest")) == ["A.", "B.", "C."]
    answer = stranger.get(f"{page}?sort=loudest")
    assert answer.status_code == 400
    assert "Unknown order “loudest”. Choose one of: best, newest, oldest." in answer.content.decode()


def test_three_levels_then_a_link_to_the_rest(paper, alice, bob, stranger):
    comments = [None]
    for depth in range(6):
        comments.append(post((alice, bob)[depth % 2], paper, f"Level {depth}.", comments[-1]))
    answer = stranger.get("/papers/2509.08721")
    assert texts(answer) == ["Level 0.", ">Level 1.", ">>Level 2."]
    assert f'<a href="/comments/{comments[3].pk}">Continue this thread</a>' in answer.content.decode()
    deeper = stranger.get(f"/comments/{comments[3].pk}")
    assert texts(deeper) == ["Level 3.", ">Level 4.", ">>Level 5."]
    assert "Level 1." in deeper.content.decode()  # the comment that it answers


def test_two_hundred_comments_then_the_next_page(paper, alice, stranger):
    rows = synthetic(alice, paper, 230)
    synthetic(alice, paper, 3, rows[-1])
    page = stranger.get("/papers/2509.08721/comments?sort=newest")
    shown = texts(page)
    assert (len(shown), shown[0], shown[1]) == (200, "Number 229.", ">Number 2.")
    more = re.search(r'href="([^"]+older=[^"]+)"', page.content.decode())[1].replace("&amp;", "&")
    assert texts(stranger.get(more)) == [f"Number {n}." for n in range(32, -1, -1)]


def test_of_many_answers_the_first_twenty_are_shown(paper, thread, alice, stranger):
    synthetic(alice, paper, 30, thread)
    page = stranger.get("/papers/2509.08721")
    assert len(texts(page)) == 21
    assert f'<a href="/comments/{thread.pk}">Continue this thread</a>' in page.content.decode()
    assert len(texts(stranger.get(f"/comments/{thread.pk}"))) == 31


def test_a_retracted_comment_keeps_its_place_if_it_was_answered(paper, thread, alice, stranger):
    alone = post(alice, paper, "Alone.")
    alone.retract(alice)
    thread.retract(alice)
    assert texts(stranger.get("/papers/2509.08721")) == ["Deleted by its author.", ">Reply."]
    page = stranger.get(f"/comments/{alone.pk}").content.decode()
    assert "Deleted by its author." in page
    assert "Alone." not in page


def test_marks_of_submitter_moderator_member_and_author(lab, alice, bob, carol, stranger):
    paper = PaperFactory(arxiv_id="2509.08721", organisation=lab, submitted_by=carol)
    ada = UserFactory(username="ada")
    AuthorClaimFactory(user=ada, paper=paper)
    for author in (carol, appoint(UserFactory(username="mona")), bob, ada, admin_of(lab)):
        post(author, paper, f"By {author.username}.")

    def marks():
        page = parser.fromstring(stranger.get("/papers/2509.08721/comments?sort=oldest").content)
        comments = page.xpath("//li[@class='comment']")
        return [[mark.text for mark in comment.xpath(".//*[@class='comment-mark']")] for comment in comments]

    assert marks() == [["submitter"], ["moderator"], ["The Lab"], ["author"], ["The Lab"]]
    for person, hidden in ((carol, "shows_submissions"), (bob, "shows_memberships")):
        setattr(person, hidden, False)
        person.save()
    assert marks() == [[], ["moderator"], [], ["author"], ["The Lab"]]


def test_names_of_those_who_left_or_were_deactivated(paper, thread, alice, bob, stranger):
    alice.is_active = False
    alice.save()
    page = stranger.get("/papers/2509.08721").content.decode()
    assert "A deactivated account" in page
    assert "Alice Ash" not in page
    alice.delete()
    page = stranger.get("/papers/2509.08721").content.decode()
    assert "A deleted account" in page
    assert "Bob Birch" in page


def test_comments_elsewhere_are_counted_and_linked(db, stranger):
    paper = PaperFactory(arxiv_id="2509.08721", imported_comments=3)
    Comment.objects.create(paper=paper, source_id="a", source_name="Max", source_url="https://huggingface.co/max")
    page = stranger.get("/papers/2509.08721").content.decode()
    assert "More comments on other sites:" in page
    assert _other_sites(page) == {"https://huggingface.co/papers/2509.08721#community": "2 at huggingface.co"}
    assert "from huggingface.co" in page


def _other_sites(page: str) -> dict[str, str]:
    """The links to comments at other sites."""
    return dict(re.findall(r'<a href="([^"]+)"\s+rel="noopener">(\d+ at [^<]+)</a>', page))


@pytest.mark.parametrize("path", ["/papers/2509.08721", "/papers/2509.08721/comments"])
def test_comments_elsewhere_are_each_sites_own(db, stranger, path):
    paper = PaperFactory(arxiv_id="2509.08721", imported_comments=13, comment_count=13)
    SiteCount.objects.keep({paper.pk: {"https://other.example.org": Counts(0, 10), "https://no.example.org": Counts()}})
    assert _other_sites(stranger.get(path).content.decode()) == {
        "https://huggingface.co/papers/2509.08721#community": "3 at huggingface.co",
        "https://other.example.org/papers/2509.08721#comments": "10 at other.example.org",
    }
    assert (
        "3 more at huggingface.co: <https://huggingface.co/papers/2509.08721#community>\n\n"
        "10 more at other.example.org: <https://other.example.org/papers/2509.08721#comments>"
    ) in stranger.get("/papers/2509.08721.md").content.decode()


def test_no_comments_here_but_some_other_sites(db, stranger):
    PaperFactory(arxiv_id="2509.08721", imported_comments=3, comment_count=3)
    page = parser.fromstring(stranger.get("/papers/2509.08721").content)
    discussion = page.get_element_by_id("comments").text_content().split()
    assert "No comments here. 3 at huggingface.co" in " ".join(discussion)
    assert discussion[0] == "Comments"


@pytest.mark.parametrize("path", ["/papers/2509.08721", "/papers/2509.08721/comments", "/comments/{pk}"])
@pytest.mark.parametrize("who", ["stranger", "bob"])
def test_many_comments_cost_as_many_statements_as_few(path, who, paper, thread, alice, bob, stranger, signed_in):
    reader, path = stranger if who == "stranger" else signed_in(bob), path.format(pk=thread.pk)
    few = statements(reader, path)
    for comment in synthetic(alice, paper, 40)[:9]:
        synthetic(bob, paper, 5, comment)
    synthetic(bob, paper, 40, thread)
    assert statements(reader, path) == few


def test_a_page_for_strangers_changes_with_a_vote_a_name_and_an_edit(paper, thread, alice, bob, stranger):
    def changed(etag) -> str:
        answer = stranger.get("/papers/2509.08721", headers={"if-none-match": etag})
        assert answer.status_code == 200, "a 304 of an old page"
        assert stranger.get("/papers/2509.08721", headers={"if-none-match": answer.headers["ETag"]}).status_code == 304
        return answer.headers["ETag"]

    etag = changed("")
    CommentVote.objects.make(bob, thread)
    etag = changed(etag)
    thread.edit(alice, Content("Other."), 0)
    etag = changed(etag)
    alice.name = "Alice Aspen"
    alice.save()
    etag = changed(etag)
    OrganisationFactory(slug="lab")
    thread.refresh_from_db()
    thread.retract(alice)
    changed(etag)


def test_pages_of_comments_change_with_what_they_do_not_show(paper, alice, bob, stranger):
    comments = [None]
    for depth in range(3):
        comments.append(post((alice, bob)[depth % 2], paper, f"Level {depth}.", comments[-1]))
    pages = ["/papers/2509.08721/comments", f"/comments/{comments[1].pk}"]
    etags = [stranger.get(page).headers["ETag"] for page in pages]
    post(alice, paper, "Level 3.", comments[-1])
    for page, etag in zip(pages, etags, strict=True):
        text = stranger.get(page, headers={"if-none-match": etag}).content.decode()
        assert "Continue this thread" in text or "Level 3." in text
    assert "4 comments" in stranger.get(pages[0]).content.decode()


def test_the_history_says_what_changed_and_when(paper, thread, alice, stranger):
    thread.edit(alice, Content("First of all."), 0)
    page = stranger.get(f"/comments/{thread.pk}/history").content.decode()
    assert "<del>First.</del><ins>First of all.</ins>" in page
    thread.retract(alice)
    assert stranger.get(f"/comments/{thread.pk}/history").status_code == 404


def test_the_history_of_a_report_names_the_answers_that_changed(paper, alice, stranger):
    report = post(alice, paper, "Fine.", outcome="works", ran="v1", duration="1 hour")
    report.edit(alice, Content("Fine.", outcome="partly", ran="v2", duration="1 hour"), 0)
    page = stranger.get(f"/comments/{report.pk}/history").content.decode()
    assert "What happened: <del>works</del> <ins>partly</ins>" in page
    assert "What was run: <del>v1</del> <ins>v2</ins>" in page
    assert "How long it took" not in page


def test_only_people_who_are_here_are_linked(paper, alice, bob, stranger):
    post(alice, paper, "@Bob, not @nobody.")
    page = stranger.get("/papers/2509.08721").content.decode()
    assert '<a href="/people/bob" rel="nofollow ugc noopener">@Bob</a>, not @nobody.' in page
