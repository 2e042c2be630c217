"""Markdown of the pages around the lists: directories, the archive, what stands above papers, pages of comments."""

import re

import pytest
from django.utils import timezone

from orgs.models import Organisation
from papers.models import Comment, Content, Paper, directory
from tests.conftest import Reader
from tests.factories import PaperFactory, UserFactory
from tests.papers.collections.shelf import shelf
from tests.papers.discussion.talk import post

pytestmark = pytest.mark.django_db
SITE = "http://127.0.0.1:8000"


def shown(path: str, reader: Reader | None = None) -> str:
    answer = (reader or Reader()).get(path, headers={"Accept": "text/markdown"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/markdown; charset=utf-8")
    return answer.content.decode()


@pytest.fixture
def site(lab, alice):
    """A paper of the lab from Alice, in a section of the lab's page with a note."""
    alice.name, alice.about = "Alice *Ash*", "I *read*."
    alice.links = [{"label": "Home", "url": "https://alice.example/"}]
    alice.save()
    paper = PaperFactory(title="One [paper]", organisation=lab, categories=["cs.CL"], keywords=["a*b"])
    Paper.objects.filter(pk=paper.pk).update(submitted_by=alice)
    section = shelf(lab, "Our *best*", [paper], description="> Read *this*.", visibility="public")
    lab.website, lab.description, lab.announcement, lab.verified = "https://lab.example", "We *share*.", "Hello", True
    lab.sections = [section.pk]
    lab.save()
    directory.recount()
    return section


@pytest.mark.parametrize(
    ("path", "row"),
    [
        ("/orgs", f"- [The Lab](<{SITE}/orgs/lab>), papers: 1, papers this month: 1"),
        ("/people", f"- [Alice \\*Ash\\*](<{SITE}/people/alice>), submitted: 1"),
        ("/topics", f"- [a\\*b](<{SITE}/papers?topic=a%2Ab>), papers: 1, papers this month: 1"),
        ("/fields", f"- [cs.CL: Computation and Language](<{SITE}/papers?topic=cs.CL>), papers: 1"),
        ("/papers/archive", f"- [2025-09](<{SITE}/papers/month/2025-09>)"),
        ("/papers/archive", f"  - [2025-09-10](<{SITE}/papers/date/2025-09-10>), papers: 1"),
        ("/orgs/lab", "Hello\n\nWe *share*.\n\n- Verified: yes\n- Website: <https://lab.example>"),
        ("/orgs/lab", f"- Members: [Alice \\*Ash\\*](<{SITE}/people/alice>) (owner), [Bob Birch](<{SITE}/people/bob>)"),
        ("/orgs/lab", "- Section [Our \\*best\\*]("),
        ("/orgs/lab", "  > > Read *this*.\n\n  - One \\[paper\\], published "),
        ("/people/alice", "I *read*.\n\n- Username: alice\n- Joined: "),
        ("/people/alice", f"- Organisations: [The Lab](<{SITE}/orgs/lab>) (owner)"),
        ("/people/alice/comments", "# Alice \\*Ash\\*: comments\n\nI *read*."),
        ("/orgs/lab/insights", f"## Topics\n\n- [a\\*b](<{SITE}/papers?topic=a%2Ab&org=lab>): 1"),
    ],
)  # fmt: skip
def test_a_page_has_this(path, row, site):
    text = shown(path)
    assert f"\n{row}" in text or text.startswith(row), text


def test_collections_have_their_owner_and_description(site, alice, signed_in):
    row = f"- [Our \\*best\\*](<{SITE}{site.get_absolute_url()}>), papers: 1, by The Lab"
    assert f"{row}\n\n  > > Read *this*.\n" in shown("/collections")
    shelf(alice, "Mine")
    assert ", by Alice \\*Ash\\*, private\n" in shown("/collections/mine", signed_in(alice))


def test_a_directory_has_a_next_page_of_the_same_search(db):
    Organisation.objects.bulk_create(Organisation(slug=f"lab-{n}", name=f"Lab {n}") for n in range(51))
    Organisation.objects.create(slug="other", name="Other")
    directory.recount()
    text = shown("/orgs?q=lab&sort=votes")
    [next_page] = re.findall(rf"^Next page: <{SITE}(/orgs\?\S+)>$", text, re.MULTILINE)
    rest = shown(next_page)
    assert (text.count("\n- ["), rest.count("\n- ["), "Next page" in rest) == (50, 1, False)
    assert set(re.findall("orgs/lab-\\d+", text + rest)) == {f"orgs/lab-{n}" for n in range(51)}
    assert "nothing here yet" in shown("/orgs?q=unknown")


def test_days_to_catch_up_on(paper, alice, signed_in):
    Paper.objects.filter(pk=paper.pk).update(listed_at=timezone.now())
    assert re.search(
        r"# Catch up\n\n- \[\d{4}-\d\d-\d\d\]\(<\S+>\), papers: 1\n", shown("/papers/catch-up", signed_in(alice))
    )


def test_a_comment_stands_under_what_it_answers_and_above_its_answers(paper, alice):
    first = post(alice, paper, "First.")
    second = post(alice, paper, "Second.", parent=first)
    post(alice, paper, "Third.", parent=second)
    post(alice, paper, "Elsewhere.", parent=first)
    text = shown(second.get_absolute_url())
    assert text.startswith(f"# A comment on {paper.plain_title}\n\nPaper: <{SITE}{paper.path}>\n\n- **Alice Ash**")
    assert re.findall(r"\n( *> .*)", text) == ["  > First.", "    > Second.", "      > Third."]


def test_the_newest_comments_name_their_papers(paper, alice):
    first = post(alice, paper, "First.")
    post(alice, paper, "Second.", parent=first)
    text = shown("/comments")
    assert text.index("> Second.") < text.index("> First.")
    assert f"On [{paper.plain_title}](<{SITE}{paper.path}>), in reply to <{SITE}/comments/{first.pk}>" in text


def test_the_history_of_a_comment_marks_what_changed(paper, alice):
    comment = post(alice, paper, "It is *two* hundred.")
    comment.edit(alice, Content("It is *three* hundred."), 0)
    text = shown(f"/comments/{comment.pk}/history")
    assert "> It is ~~\\*two\\*~~ **\\*three\\*** hundred." in text
    Comment.objects.get(pk=comment.pk).retract(alice)
    assert Reader().get(f"/comments/{comment.pk}/history", headers={"Accept": "text/markdown"}).status_code == 404


def test_what_a_person_hides_is_not_in_the_markdown(site, alice):
    alice.shows_memberships = alice.shows_submissions = alice.shows_collections = False
    alice.save()
    shelf(alice, "Mine", visibility="public")
    text = shown("/people/alice") + shown("/orgs/lab").split("- Section")[0]
    assert [word for word in ("The Lab](", "Mine", "alice>) (owner)") if word in text] == []
    assert "One" not in shown("/people/alice/submitted")


def test_a_member_without_a_role_in_brackets(site):
    lab = Organisation.objects.get(slug="lab")
    lab.memberships.all().delete()
    lab.memberships.create(user=UserFactory(username="dora", name="Dora"), role="member")
    assert f"- Members: [Dora](<{SITE}/people/dora>)\n" in shown("/orgs/lab")
