"""A paper's page and those below it as Markdown, and every page of a list: who gets it, and how it is cached."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from papers.models import AiText, Artefact, Collection, Item, RemovedPaper
from papers.models.links import LinkSource
from tests.factories import NOON, PaperFactory, UserFactory, appoint
from tests.papers.discussion.talk import post

pytestmark = pytest.mark.django_db
ACCEPT = {"accept": "text/markdown, text/html, */*"}
PAGE = "/papers/2509.08721"
MARKDOWN = "text/markdown; charset=utf-8"


def text(reader, path=PAGE, **headers) -> str:
    answer = reader.get(path, headers=ACCEPT | headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, MARKDOWN)
    return answer.content.decode()


@pytest.fixture
def full(lab):
    """A paper with all that its page shows."""
    paper = PaperFactory(
        arxiv_id="2509.08721",
        title=r"Sharing \emph{is} caring",
        abstract="One $x_i$.\n\nTwo.",
        authors=["Ada Lovelace", "Grace Hopper"],
        organisation=lab,
        imported_votes=7,
        code_url="https://github.com/a/b",
        project_url="https://example.org/p",
        categories=["cs.CL"],
        submitted_by=UserFactory(username="dora", name="Dora", shows_submissions=True),
    )
    first = post(UserFactory(username="ada", name="Ada *Star*"), paper, "I [like](http://a.de) it.")
    post(UserFactory(username="bo", name="Bo"), paper, "> Why?", parent=first)
    return paper


def test_the_address_of_its_own_is_the_page_for_those_who_prefer_markdown(full, stranger):
    answer = stranger.get(f"{PAGE}.md")
    assert (answer.headers["Content-Type"], "Accept" in answer.headers["Vary"].split(", ")) == (MARKDOWN, False)
    assert answer.content.decode() == text(stranger) == stranger.get(f"{PAGE}v2.md").content.decode()
    assert f'<link rel="alternate" type="text/markdown" title="Markdown" href="{PAGE}.md">' in (
        stranger.get(PAGE, headers={"accept": "*/*"}).content.decode()
    )


def test_a_papers_page_says_all_that_it_has(full, stranger, settings):
    Artefact.objects.create(paper=full, kind="model", name="a/b", url="https://huggingface.co/a/b", likes=3)
    AiText.objects.create(paper=full, summary="They *share*.", keywords=["deep"], model="Qwen", made_at=NOON)
    shown = text(stranger)
    source = "URL Source: http://127.0.0.1:8000/papers/2509.08721"
    head = f"Title: Sharing *is* caring\n\n{source}\n\nMarkdown Content:\n# Sharing"
    assert shown.startswith(head)
    for part in (
        *("- Authors: Ada Lovelace and Grace Hopper", "- Organisations: The Lab", "- Upvotes: 7", "- Topics: cs.CL"),
        *(
            "[Code](<https://github.com/a/b>)",
            "[Project](<https://example.org/p>)",
            "## Abstract\n\nOne $x_i$.\n\nTwo.",
        ),
        "- Submitted by: [Dora](<http://127.0.0.1:8000/people/dora>)",
        "- Model: [a/b](<https://huggingface.co/a/b>), likes: 3",
        *(
            "- **Ada \\*Star\\***, ",
            "  > I [like](<http://a.de>) it.",
            "  - **Bo**, ",
            "    > > Why?",
            "```bibtex\n@misc{",
        ),
    ):
        assert part in shown, part
    assert "They" not in shown
    settings.SHOW_AI_TEXT = True
    with_summary = stranger.get(f"{PAGE}.md?2").content.decode()
    assert "By the language model Qwen, 2025-09-10, about version 1 of the paper." in with_summary
    assert with_summary.index("## Abstract") < with_summary.index("They \\*share\\*.")


@pytest.mark.parametrize("comments", [1, 30])
def test_many_comments_cost_no_more_statements(comments, paper, alice, stranger):
    for _ in range(comments):
        post(UserFactory(), paper, "Good.")
    text(stranger)
    with CaptureQueriesContext(connection) as statements:
        text(stranger, f"{PAGE}?again")
    assert len(statements) == 5, [row["sql"] for row in statements]


def test_what_is_hidden_or_deleted_says_so(paper, stranger):
    bo = UserFactory(username="bo")
    gone, hidden = post(bo, paper, "A secret."), post(bo, paper, "An insult.")
    post(bo, paper, "Why?", parent=gone)
    post(bo, paper, "Why?", parent=hidden)
    gone.retract(bo)
    hidden.hide(appoint(UserFactory()), "Be kind.")
    shown = text(stranger)
    assert "Deleted by its author." in shown
    assert "Hidden by a moderator: Be kind." in shown
    assert "secret" not in shown
    assert "insult" not in shown


def test_an_unknown_and_a_removed_paper(paper, stranger):
    assert stranger.get("/papers/2401.00001.md").status_code == 404
    RemovedPaper.objects.remove(appoint(UserFactory()), paper, "Not a paper.")
    for path in (f"{PAGE}.md", PAGE):
        answer = stranger.get(path, headers=ACCEPT)
        assert (answer.status_code, b"Not a paper." in answer.content) == (410, True)


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/papers", "# Wednesday, 10 September 2025"),
        ("/papers/date/2025-09-10", "# Wednesday, 10 September 2025"),
        ("/papers/week/2025-W37", "# Week 37: 8 September – 14 September 2025"),
        ("/papers/month/2025-09", "# September 2025"),
        ("/papers/trending", "# Trending"),
        ("/papers?q=sharing", "# “sharing”"),
        ("/papers?topic=cs.CL", "# Computation and Language"),
        ("/orgs/lab", "# The Lab"),
        ("/people/dora", "# Dora"),
        ("/collections/autumn", "# Autumn"),
    ],
)
def test_every_list_is_markdown_for_those_who_prefer_it(path, heading, full, alice, stranger):
    collection = Collection.objects.create(key="autumn", name="Autumn", user=alice, visibility="public")
    Item.objects.add(alice, collection, [full.pk])
    shown = text(stranger, path)
    assert shown.startswith(heading)
    assert shown.count("\n## Sharing *is* caring\n") == 1
    html = stranger.get(path, headers={"accept": "text/html, text/markdown"})
    assert html.headers["Content-Type"].startswith("text/html")
    assert "Accept" in html.headers["Vary"].split(", ")
    assert html.headers["ETag"] != stranger.get(path, headers=ACCEPT).headers["ETag"]


@pytest.mark.parametrize("path", ["/papers", "/papers/trending", PAGE, f"{PAGE}.md", f"{PAGE}/versions"])
def test_it_is_cached_as_the_page_is(path, paper, stranger):
    first, page = stranger.get(path, headers=ACCEPT), stranger.get(path.removesuffix(".md"))
    assert first.headers["Cache-Control"] == page.headers["Cache-Control"]
    again = stranger.get(path, headers=ACCEPT | {"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    paper.title = "Another title"
    paper.save()
    type(paper).objects.touch([paper.pk])
    changed = stranger.get(path, headers=ACCEPT | {"if-none-match": first.headers["ETag"]})
    assert (changed.status_code, "Another title" in changed.content.decode()) == (200, True)


def test_the_next_page_has_the_other_papers(db, stranger):
    for number in range(32):
        PaperFactory(imported_votes=number)
    shown = text(stranger, "/papers")
    assert shown.count("\n## ") == 30
    [address] = re.findall(
        r"^Next page: <http://127\.0\.0\.1:8000(/papers/date/2025-09-10\?\S+)>$", shown, re.MULTILINE
    )
    rest = text(stranger, address)
    assert rest.count("\n## ") == 2
    assert set(re.findall("^## .*", shown, re.MULTILINE)).isdisjoint(re.findall("^## .*", rest, re.MULTILINE))


def test_featured_papers_and_descriptions_are_there(lab, stranger):
    lab.featured, lab.description = [PaperFactory(organisation=lab, title="Featured").pk], "We *share*.\n\n# No heading"
    lab.save()
    PaperFactory(organisation=lab, title="Another")
    shown = text(stranger, "/orgs/lab")
    assert shown.startswith("# The Lab\n\nWe *share*.\n\nNo heading\n\n- Members: ")
    assert shown.index("\n## Featured\n") < shown.index("\n## Another\n")


def test_a_note_of_a_collection_is_a_quotation(paper, alice, stranger):
    collection = Collection.objects.create(key="autumn", name="Autumn", user=alice, visibility="public")
    Item.objects.add(alice, collection, [paper.pk])
    Item.objects.filter(collection=collection).update(note="# Read [this](http://a.de)")
    assert "- Note:\n\n  > Read [this](<http://a.de>)\n" in text(stranger, "/collections/autumn")


def test_a_private_list_is_for_its_reader_alone(paper, alice, signed_in, stranger):
    reader = signed_in(alice)
    reader.act(f"{PAGE}/bookmark")
    answer = reader.get("/bookmarks", headers=ACCEPT)
    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (MARKDOWN, "private, no-cache")
    assert f"## {paper.title}" in answer.content.decode()
    assert stranger.get("/bookmarks", headers=ACCEPT).status_code == 302


def test_versions_are_marked(db, stranger):
    paper = PaperFactory(arxiv_id="2509.08721", title="New *words*", version=2)
    paper.versions.create(version=1, title="Old *words*", abstract=paper.abstract, authors=[], replaced_at=NOON)
    shown = text(stranger, f"{PAGE}/versions")
    assert "## Version 2\n\nIt replaced version 1 on 2025-09-10." in shown
    assert "### Title\n\n~~Old~~ **New** \\*words\\*" in shown


def test_comments_have_a_page_of_their_own(full, stranger):
    shown = text(stranger, f"{PAGE}/comments")
    assert shown.startswith("# Comments on Sharing is caring\n\nPaper: <http://127.0.0.1:8000/papers/2509.08721>")
    assert "  - **Bo**, " in shown


def test_sources_of_artefacts_are_named(paper, stranger):
    Artefact.objects.create(paper=paper, kind="dataset", name="a/b", url="https://a.de/b", source=LinkSource.AUTHOR)
    assert "- Dataset: [a/b](<https://a.de/b>), source: " in text(stranger)
