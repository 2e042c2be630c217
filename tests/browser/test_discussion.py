"""Talking about a paper: commenting, answering, what happens to a draft, with JavaScript and without."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from papers.models import Comment, Content, Vote
from tests.factories import PaperFactory, UserFactory
from tests.papers.discussion.talk import post

PAPER = "/papers/2509.08721"


@pytest.fixture
def paper(transactional_db):
    return PaperFactory(arxiv_id="2509.08721", title="Sharing is caring")


@pytest.fixture
def reader(transactional_db):
    """Somebody with a new account, who may post few links."""
    return UserFactory(username="rita", name="Rita Reader", date_joined=timezone.now())


@pytest.fixture
def comment(paper):
    return post(UserFactory(name="Ada Lovelace"), paper, "Which *engine* was that?")


def comments(page: Page):
    return page.locator("li.comment")


def write(page: Page, text: str, label="Comment") -> None:
    page.get_by_label(label, exact=True).last.fill(text)


def test_comment_reply_edit_retract(visit, paper, reader, comment, javascript):
    page = visit(PAPER, user=reader, javascript=javascript)
    write(page, "The **analytical** one.")
    page.get_by_role("button", name="Post").click()
    expect(page.locator("#status" if javascript else ".messages")).to_contain_text("Comment posted.")
    mine = Comment.objects.get(author=reader)
    if javascript:
        expect(page.locator(f"#comment-{mine.pk}")).to_be_focused()
        expect(page.get_by_label("Comment", exact=True)).to_have_value("")
        expect(comments(page)).to_have_count(2)
        expect(page).to_have_url(re.compile(f"{PAPER}$"))
    else:
        expect(page).to_have_url(re.compile(f"/comments/{mine.pk}$"))
    expect(page.locator("strong", has_text="analytical")).to_be_visible()
    page.goto(PAPER)
    page.locator(f"#comment-{comment.pk}").get_by_role("link", name="Reply").click()
    form = page.locator(f"#reply-{comment.pk}" if javascript else "main")
    form.get_by_label("Comment").fill("Of Babbage.")
    form.get_by_role("button", name="Post").click()
    expect(page.locator("#status" if javascript else ".messages")).to_contain_text("Comment posted.")
    reply = Comment.objects.get(parent=comment)
    page.goto(PAPER)
    expect(page.locator(f"#replies-{comment.pk} > #comment-{reply.pk}")).to_contain_text("Of Babbage.")
    page.locator(f"#comment-{reply.pk}").get_by_role("link", name="Edit or delete").click()
    write(page, "Of Charles Babbage.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".comment-root")).to_contain_text("Of Charles Babbage.")
    page.get_by_role("link", name="edited").click()
    expect(page.locator("ins")).to_have_text("Charles ")
    page.goto(f"/comments/{reply.pk}/edit")
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".messages")).to_contain_text("Comment deleted.")
    expect(page.get_by_text("Babbage")).to_have_count(0)


def test_a_report_of_reproduction(visit, paper, reader, javascript):
    page = visit(PAPER, user=reader, javascript=javascript)
    page.get_by_role("link", name="Report a reproduction").click()
    page.get_by_label("It works in part").check()
    page.get_by_label("What you ran").fill("https://github.com/example/code at 1f2e3d4")
    page.get_by_label("How long it took").fill("3 hours")
    write(page, "Two of three tasks agree.", "Result")
    page.get_by_role("button", name="Post").click()
    expect(page.get_by_text("It works in part")).to_be_visible()
    expect(page.get_by_role("link", name="https://github.com/example/code")).to_be_visible()
    paper.refresh_from_db()
    assert paper.partly_count == 1


def test_a_draft_survives_a_reload_and_a_session_that_ended(visit, paper, reader, comment):
    page = visit(PAPER, user=reader, expecting=["403"])
    write(page, "An hour of work.")
    page.locator(f"#comment-{comment.pk}").get_by_role("link", name="Reply").click()
    reply = page.locator(f"#reply-{comment.pk}").get_by_label("Comment")
    expect(reply).to_be_focused()
    reply.fill("A minute of work.")
    page.reload()
    expect(page.get_by_label("Comment", exact=True)).to_have_value("An hour of work.")
    page.locator(f"#comment-{comment.pk}").get_by_role("link", name="Reply").click()
    expect(reply).to_have_value("A minute of work.")
    reader.end_sessions()
    page.context.clear_cookies()
    page.get_by_role("button", name="Post").last.click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    expect(page.locator(f"#reply-{comment.pk}").get_by_label("Comment")).to_have_value("A minute of work.")
    assert not Comment.objects.filter(author=reader).exists()


def test_a_cancelled_or_posted_draft_is_forgotten(visit, paper, reader, comment):
    page = visit(PAPER, user=reader)
    page.locator(f"#comment-{comment.pk}").get_by_role("link", name="Reply").click()
    reply = page.locator(f"#reply-{comment.pk}").get_by_label("Comment")
    reply.fill("Not so.")
    page.locator(f"#reply-{comment.pk}").get_by_role("link", name="Cancel").click()
    expect(reply).to_have_count(0)
    write(page, "So.")
    page.get_by_role("button", name="Post").click()
    expect(page.get_by_label("Comment", exact=True)).to_have_value("")
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('draft'))") == []
    page.reload()
    expect(page.get_by_label("Comment", exact=True)).to_have_value("")


def test_what_is_refused_stays_in_the_form(visit, paper, reader, javascript):
    page = visit(PAPER, user=reader, javascript=javascript, expecting=["400"])
    write(page, "https://a.example https://b.example https://c.example")
    page.get_by_role("button", name="Post").click()
    expect(page.get_by_text("this one has 3")).to_be_visible()
    expect(page.get_by_label("Comment", exact=True)).to_have_value(re.compile("a.example"))
    write(page, "https://a.example")
    page.get_by_role("button", name="Post").click()
    expect(comments(page) if javascript else page.locator(".comment-root")).to_have_count(1)


def test_a_preview_while_one_types_does_not_move_the_buttons(visit, paper, reader):
    page = visit(PAPER, user=reader)
    post = page.get_by_role("button", name="Post")
    below = "b => b.getBoundingClientRect().top - b.form.elements.text.getBoundingClientRect().bottom"
    before = post.evaluate(below)
    page.get_by_label("Comment", exact=True).press_sequentially("$x^2$ is *square*")
    expect(page.get_by_role("region", name="Preview").locator("math, em")).to_have_count(2)
    assert post.evaluate(below) == before


def test_a_post_ends_the_preview_under_way(visit, paper, reader):
    page = visit(PAPER, user=reader)
    page.route("**/markdown?*", lambda route: None)  # which never answers
    with page.expect_request("**/markdown?*"):
        write(page, "Ahead of its *preview*.")
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Post").click()
    expect(comments(page)).to_contain_text("Ahead of its preview.")


def test_an_upvote_keeps_the_place(visit, paper, reader, comment, javascript):
    page = visit(PAPER, user=reader, javascript=javascript)
    page.get_by_role("button", name="Upvote, 0 so far").last.click()
    expect(page.locator(f"#votes-{comment.pk}")).to_have_attribute("aria-pressed", "true")
    if not javascript:
        expect(page).to_have_url(re.compile(f"{PAPER}#comment-{comment.pk}$"))


def test_a_double_click_posts_once(visit, paper, reader):
    page = visit(PAPER, user=reader)
    write(page, "Once.")
    page.get_by_role("button", name="Post").dblclick()
    expect(page.locator("#discussion")).to_have_text("1 comment")
    expect(comments(page)).to_have_count(1)


def test_a_reply_to_the_comment_above(visit, paper, reader, comment):
    answer = post(UserFactory(), paper, "The analytical one.", comment)
    page = visit(f"/comments/{answer.pk}", user=reader)
    page.locator(f"#comment-{comment.pk}").get_by_role("link", name="Reply").first.click()
    page.locator(f"#reply-{comment.pk}").get_by_label("Comment").fill("Indeed.")
    page.locator(f"#reply-{comment.pk}").get_by_role("button", name="Post").click()
    expect(page.locator(f"#replies-{comment.pk}")).to_contain_text("Indeed.")


def test_an_edit_that_was_overtaken_shows_both_and_can_be_saved(visit, paper, reader, javascript):
    mine = post(reader, paper, "First.")
    page = visit(f"/comments/{mine.pk}/edit", user=reader, javascript=javascript, expecting=["409"])
    write(page, "Third.")
    mine.edit(reader, Content("Second."), 0)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Second.")).to_be_visible()
    expect(page.get_by_label("Comment", exact=True)).to_have_value("Third.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".comment-root")).to_contain_text("Third.")


def test_a_preview_without_javascript_keeps_the_text(visit, paper, reader):
    page = visit(PAPER, user=reader, javascript=False)
    write(page, "Not *yet*.")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_label("Comment", exact=True)).to_have_value("Not *yet*.")
    expect(page.get_by_role("region", name="Preview").locator("em")).to_have_text("yet")


def test_the_next_person_in_this_tab_gets_no_draft(visit, paper, reader):
    page = visit(PAPER, user=reader)
    write(page, "Mine alone.")
    page.locator("form[data-draft]").evaluate("form => form.dataset.draft = '0'")
    page.evaluate("restoreAll(document)")
    page.get_by_label("Comment", exact=True).fill("")
    page.evaluate("restoreAll(document)")
    expect(page.get_by_label("Comment", exact=True)).to_have_value("")


def test_an_upvote_of_a_retracted_comment_is_not_one_of_the_paper(visit, paper, reader, comment):
    post(reader, paper, "Why?", comment)
    comment.retract(comment.author)
    page = visit(PAPER, user=reader)
    page.keyboard.press("n")
    expect(page.locator(f"#comment-{comment.pk}")).to_be_focused()
    page.keyboard.press("u")
    page.keyboard.press("n")
    expect(page.locator("li.comment").nth(1)).to_be_focused()
    assert not Vote.objects.exists()
