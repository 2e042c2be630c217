"""Versions of a paper: which texts imports keep, and the page that compares them."""

import re
from datetime import timedelta

import pytest

from papers.ingest.record import PaperRecord
from papers.ingest.save import save
from papers.models import Paper, PaperVersion
from tests.factories import NOON, PaperFactory, UserFactory, appoint

PAGE = "/papers/2509.08721"
pytestmark = pytest.mark.django_db


def record(version=None, title="Sharing", abstract="Nobody trains alone.", authors=("Ada Lovelace",), **fields):
    fields = {"arxiv_id": "2509.08721", "published_at": NOON, "listed_at": NOON, **fields}
    return PaperRecord.from_source(version=version, title=title, abstract=abstract, authors=list(authors), **fields)


def kept() -> list[tuple]:
    return list(PaperVersion.objects.order_by("version").values_list("version", "title", "abstract", "authors"))


def html(reader, path=f"{PAGE}/versions") -> str:
    return reader.get(path).content.decode()


def text(reader) -> str:
    """The main part of the page without its elements, with [removed: …] and [added: …]."""
    main = re.search(r"<main.*</main>", html(reader), re.DOTALL)[0]
    return " ".join(re.sub(r"<[^>]+>", "", main).split())


def test_the_text_that_a_later_version_replaces_is_kept_as_it_last_was():
    save([record(1, title="Shering")])
    save([record(1)])
    save([record(3, title="Sharing, again", authors=["Ada Lovelace", "Grace Hopper"])])
    assert kept() == [(1, "Sharing", "Nobody trains alone.", ["Ada Lovelace"])]
    assert Paper.objects.get().title == "Sharing, again"


def test_all_versions_of_one_batch_are_kept():
    save([record(1), record(2, title="Second"), record(3, title="Third"), record(3, title="Third, corrected")])
    assert [version for version, *_ in kept()] == [1, 2]
    save([record(4), record(5, title="Fifth"), record(4, title="Late")])
    assert [(version, title) for version, title, *_ in kept()] == [
        (1, "Sharing"),
        (2, "Second"),
        (3, "Third, corrected"),
        (4, "Sharing"),
    ]


@pytest.mark.parametrize("version", [None, 2, 3])
def test_nothing_is_kept_of_a_paper_that_came_late_nor_of_changes_within_a_version(version):
    save([record(3)])
    save([record(version, title="Sharing again", abstract="Everybody trains alone.")])
    assert kept() == []


def test_a_dry_run_keeps_nothing():
    save([record(1)])
    save([record(2)], dry_run=True)
    assert kept() == []


def test_the_page_says_what_changed_the_last_change_first(stranger):
    save([record(1, title="Sharing $\\alpha$", abstract="Nobody trains alone on ten machines.")])
    save([record(2, title="Sharing $\\beta$", abstract="Nobody trains alone on nine machines.")])
    save(
        [
            record(
                4, title="Sharing $\\beta$", abstract="Nobody trains alone on nine machines.", authors=["Grace Hopper"]
            )
        ]
    )
    page = text(stranger)
    assert "Sharing [removed: α] [added: β]" in page
    assert "Nobody trains alone on [removed: ten] [added: nine] machines." in page
    assert "[removed: Ada Lovelace] [added: Grace Hopper]" in page
    assert page.index("Version 4") < page.index("Version 2")
    assert 'href="https://arxiv.org/abs/2509.08721v4"' in html(stranger)


def test_a_version_with_the_same_text_says_so(stranger):
    save([record(1)])
    save([record(2)])
    assert "Title, abstract and authors stayed the same." in text(stranger)


def test_the_papers_page_leads_there_only_if_something_is_kept(stranger):
    save([record(2)])
    assert "what changed" not in html(stranger, PAGE)
    assert "no other version of this paper than version 2" in text(stranger)
    save([record(3)])
    assert f'Version 3 · <a href="{PAGE}/versions">what changed</a>' in html(stranger, PAGE)


def test_a_new_version_is_a_new_etag_and_the_page_may_be_kept(stranger):
    save([record(1)])
    save([record(2)])
    first = stranger.get(f"{PAGE}/versions")
    assert "public" in first.headers["Cache-Control"]
    assert stranger.get(f"{PAGE}/versions", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    save([record(3, title="Sharing, again")])
    again = stranger.get(f"{PAGE}/versions", headers={"If-None-Match": first.headers["ETag"]})
    assert "again" in again.content.decode()


def test_what_authors_typed_is_escaped(stranger):
    save([record(1, title="<img src=x>", authors=["<b>Ada"])])
    save([record(2, title="<svg onload=x>", authors=["<i>Ada"])])
    assert not re.search(r"<(img|svg|b|i)\b", re.search(r'<ol class="changes.*?</ol>', html(stranger), re.DOTALL)[0])


def test_only_the_latest_changes_are_compared_in_as_many_statements(stranger, django_assert_num_queries):
    paper = PaperFactory(arxiv_id="2509.08721", version=30)
    PaperVersion.objects.keep({paper.pk: [(n, f"Title {n}", "", ["Ada"]) for n in range(1, 30)]})
    with django_assert_num_queries(4):
        page = text(stranger)
    assert (page.count("Replaced version"), "Version 21" in page, "Version 20 " in page) == (10, True, False)


def test_for_an_unknown_paper_submitting_it_is_offered(stranger):
    assert 'href="/papers/submit?arxiv_id=2509.00001"' in html(stranger, "/papers/2509.00001v2/versions")


def test_versions_go_with_their_paper():
    paper = PaperFactory()
    PaperVersion.objects.keep({paper.pk: [(1, "First", "", [])]})
    Paper.objects.filter(pk=paper.pk).delete()
    assert not PaperVersion.objects.exists()


def test_staff_delete_a_kept_version_in_the_admin(stranger, signed_in):
    save([record(1, authors=["Former Name"])])
    save([record(2, authors=["Present Name"])])
    assert "Former Name" in text(stranger)
    etag = stranger.get(f"{PAGE}/versions").headers["ETag"]
    paper, admin = Paper.objects.get(), UserFactory(is_superuser=True)
    form = {
        **{name: getattr(paper, name) for name in ("arxiv_id", "version", "title", "abstract")},
        "published_at_0": "2025-09-10",
        "published_at_1": "12:00",
        "listed_at_0": "2025-09-10",
        "listed_at_1": "12:00",
        "versions-TOTAL_FORMS": 1,
        "versions-INITIAL_FORMS": 1,
        "versions-0-DELETE": "on",
        "versions-0-id": PaperVersion.objects.get().pk,
        "versions-0-paper": paper.pk,
    }
    signed_in(appoint(admin, is_staff=True)).act(f"/admin/papers/paper/{paper.pk}/change/", form)
    assert kept() == []
    page = stranger.get(f"{PAGE}/versions", headers={"If-None-Match": etag})
    assert "Former Name" not in page.content.decode()
    assert page.status_code == 200


def test_a_withdrawn_paper_says_so_here_too(stranger):
    PaperFactory(arxiv_id="2509.08721", withdrawn_at=NOON - timedelta(days=1))
    assert "This paper was withdrawn." in text(stranger)
