"""Hostile texts in a real browser, as comments, reports, history and preview, and in imports.

Nothing runs, and nothing is blocked.
"""

import json

import pytest
from playwright.sync_api import Page, expect

from lib.text import one_line
from papers.intake import formats
from papers.models import Comment, Intake
from tests.attacks import CORPUS
from tests.factories import NOON, PaperFactory, UserFactory
from tests.papers.discussion.talk import post

LISTENER = """
    window.attacks = [];
    for (const name of ["alert", "confirm", "prompt"]) window[name] = () => window.attacks.push(name);
    document.addEventListener("securitypolicyviolation", (event) => window.attacks.push(event.violatedDirective));
"""
STORABLE = [text.replace("\x00", "").encode(errors="ignore").decode() for text in CORPUS]
PREVIEWED = [text for text in STORABLE if len(text) < 500][::6]


@pytest.fixture
def paper(transactional_db):
    return PaperFactory(arxiv_id="2509.08721")


def assert_harmless(page: Page) -> None:
    """Nothing ran, nothing was blocked, and the texts brought in no element that Markdown does not make."""
    assert page.evaluate("window.attacks") == []
    assert "\u202e" not in "".join(page.locator(".prose").all_inner_texts())
    alien = "script, style, iframe, object, embed, img, svg, form, input, link, meta, [style], [id]"
    assert page.locator(".prose, .as-typed").locator(alien).count() == 0
    hrefs = page.locator(".prose a").evaluate_all("links => links.map(link => link.protocol)")
    assert set(hrefs) <= {"http:", "https:", "mailto:", ":"}  # the last is an address that cannot be read


def open_page(visit, path: str, **options) -> Page:
    page = visit("/about/keys", **options)
    page.context.add_init_script(LISTENER)
    page.goto(path)
    return page


def test_as_comments_and_reports(visit, paper):
    author = UserFactory()
    for number, text in enumerate(STORABLE):
        Comment.objects.create(paper=paper, author=author, text=text, created_at=NOON, vote_count=number)
    for text in STORABLE[:40]:
        line = one_line(text)[:100]
        Comment.objects.create(
            paper=paper, author=UserFactory(), text=text, outcome="fails", ran=line, hardware=line, duration=line
        )
    page = open_page(visit, "/papers/2509.08721/comments")
    expect(page.locator("li.comment")).to_have_count(len(STORABLE) + 40)
    assert_harmless(page)


def test_as_history(visit, paper):
    comment = post(UserFactory(), paper)
    Comment.objects.filter(pk=comment.pk).update(edit_count=1, edited_at=NOON)
    for text in STORABLE[-50:]:
        comment.revisions.create(text=text, ran=one_line(text)[:100], written_at=NOON, replaced_at=NOON)
    page = open_page(visit, f"/comments/{comment.pk}/history")
    expect(page.locator(".changes > li")).to_have_count(50)
    assert_harmless(page)


def test_as_preview(visit, paper):
    page = open_page(visit, "/papers/2509.08721", user=UserFactory())
    preview = page.get_by_role("region", name="Preview")
    for number, text in enumerate(PREVIEWED):
        page.get_by_label("Comment", exact=True).fill(f"{text}\n\nThe end of {number}.")
        expect(preview).to_contain_text(f"The end of {number}.")
        assert_harmless(page)


def test_in_imports(visit, paper):
    author, hostile = UserFactory(), [text for text in STORABLE if len(text) < 2_000][:90]
    records = [{"title": text, "annote": text, "arxiv_id": f"2509.{n:05}"} for n, text in enumerate(hostile)]
    records += [{"title": text} for text in hostile] + [{"arxiv_id": paper.arxiv_id, "annote": "\n".join(hostile)}]
    intake = Intake.objects.begin(author, b"", target_name=one_line(hostile[0])[:100])
    intake.store(formats.read(json.dumps(records).encode()).as_json())
    page = open_page(visit, intake.get_absolute_url(), user=author)
    rows = page.locator(".intake li")
    expect(rows).to_have_count(2 * len(hostile) + 1 + 1)  # also that the last note is too long
    assert_harmless(page)
    assert rows.locator("script, style, iframe, object, embed, img, svg, form, input, link, meta, [style]").count() == 0
    assert set(rows.locator("a").evaluate_all("links => links.map(link => link.protocol)")) == {"http:"}
