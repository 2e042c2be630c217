"""The pages that show a paper's models, datasets and demos, or change them, and the filter by them."""

import pytest

from papers.models import Artefact, Paper
from papers.models.artefact import artefact_counters
from tests.factories import AuthorClaimFactory, PaperFactory, UserFactory, appoint
from tests.papers.lists.test_lists import titles

PAGE = "/papers/2509.08721"
CHANGE = f"{PAGE}/artefacts"


def fill(paper, number: int) -> None:
    """Models, datasets and demos in turn, of which the later ones have more likes."""
    kinds = ["model", "dataset", "demo"]
    Artefact.objects.bulk_create(
        Artefact(paper=paper, kind=kinds[n % 3], name=f"lab/{n:03}", url=f"https://example.org/{n}", likes=n)
        for n in range(number)
    )
    Paper.objects.touch([paper.pk], **artefact_counters())


def names(page: str) -> list[str]:
    return [part.split("<")[0] for part in page.split('rel="noopener nofollow">')[1:]]


@pytest.mark.parametrize(("number", "more"), [(0, ""), (1, ""), (8, ""), (40, "Show 28 more")])
def test_the_paper_shows_them_most_liked_first_of_each_kind(paper, stranger, number, more):
    fill(paper, number)
    page = stranger.get(PAGE).content.decode()
    assert ("Models, datasets and demos" in page) == bool(number)
    kinds = [[f"lab/{n:03}" for n in sorted(range(kind, number, 3), reverse=True)] for kind in range(3)]
    first = [name for kind in kinds for name in kind[:4]]
    assert names(page) == first + [name for kind in kinds for name in kind[4:]]
    assert [name for kind in kinds for name in kind] == [row.name for row in paper.artefacts.most_liked_first()]
    assert (more in page, "Add or remove" in page) == (True, False)


def test_one_demo_is_shown_beside_many_models(paper, stranger):
    rows = [("model", f"lab/{n}", 9) for n in range(30)] + [("dataset", "lab/data", 0), ("demo", "lab/try", 0)]
    for kind, name, likes in rows:
        Artefact.objects.create(paper=paper, kind=kind, name=name, url=f"https://example.org/{name}", likes=likes)
    shown = stranger.get(PAGE).content.decode().split('<details class="more-artefacts">')[0]
    assert names(shown)[-2:] == ["lab/data", "lab/try"]
    assert len(names(shown)) == 6


def test_the_import_is_named_once_and_below_what_people_added(paper, alice, stranger):
    def page() -> str:
        return " ".join(stranger.get(PAGE).content.decode().split()).split('id="artefacts"')[1].split("</section>")[0]

    fill(paper, 6)
    assert page().count("mported") == page().count("Imported with the paper.") == 1
    AuthorClaimFactory(user=alice, paper=paper)
    Artefact.objects.add(alice, paper, "demo", "https://example.org/x")
    assert page().count("added by an author") == 1
    assert page().count("mported") == page().count("Others were imported with the paper.") == 1
    paper.artefacts.filter(source="import").delete()
    Paper.objects.touch([paper.pk])
    assert "mported" not in page()


def test_it_says_how_liked_it_is(paper, stranger):
    url = "https://huggingface.co/datasets/lab/steam"
    Artefact.objects.create(paper=paper, kind="dataset", name="lab/steam", url=url, likes=1, downloads=1200)
    page = " ".join(stranger.get(PAGE).content.decode().split())
    facts = "<span>Dataset</span> <span>1 like</span> <span>1,200 downloads</span>"
    assert facts in page


def test_a_change_changes_the_etag(paper, alice, stranger):
    AuthorClaimFactory(user=alice, paper=paper)
    etags = [stranger.get(PAGE).headers["ETag"]]
    row = Artefact.objects.add(alice, paper, "demo", "https://example.org/x")
    etags.append(stranger.get(PAGE).headers["ETag"])
    row.remove(alice)
    etags.append(stranger.get(PAGE).headers["ETag"])
    assert len(set(etags)) == 3


def test_an_author_adds_and_removes_one_by_the_page(paper, alice, signed_in):
    AuthorClaimFactory(user=alice, paper=paper)
    reader = signed_in(alice)
    assert f'href="{CHANGE}"' in reader.get(PAGE).content.decode()
    assert reader.act(CHANGE, {"kind": "model", "url": "huggingface.co/lab/engine"}).url == CHANGE
    page = reader.get(CHANGE).content.decode()
    assert "Listed: model lab/engine." in page
    assert "added by an author" in reader.get(PAGE).content.decode()
    row = Artefact.objects.get()
    assert f'name="artefact" value="{row.pk}"' in page
    assert reader.act(f"{CHANGE}/remove", {"artefact": row.pk}).url == CHANGE
    assert "Nothing is listed yet." in reader.get(CHANGE).content.decode()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"kind": "model", "url": "http://example.org"}, "begins with https://"),
        ({"kind": "film", "url": "https://example.org"}, "Select a valid choice"),
        ({"kind": "model", "url": ""}, "This field is required"),
    ],
)
def test_a_bad_form_comes_back(paper, alice, signed_in, form, words):
    AuthorClaimFactory(user=alice, paper=paper)
    reader = signed_in(alice)
    reader.get(CHANGE)
    answer = reader.act(CHANGE, form)
    assert (answer.status_code, words in answer.content.decode()) == (400, True)
    assert not Artefact.objects.exists()


@pytest.mark.parametrize("key", ["", "x", "9" * 30, "-1", "7"])
def test_what_is_no_artefact_of_the_paper_is_gone(paper, alice, signed_in, key):
    AuthorClaimFactory(user=alice, paper=paper)
    Artefact.objects.create(pk=7, paper=PaperFactory(), kind="model", name="x", url="https://example.org/x")
    reader = signed_in(alice)
    reader.get(CHANGE)
    assert reader.act(f"{CHANGE}/remove", {"artefact": key}).status_code == 404
    assert Artefact.objects.kept().count() == 1


def test_others_are_refused(paper, carol, signed_in, stranger):
    reader = signed_in(carol)
    reader.get(PAGE)
    assert reader.get(CHANGE).status_code == 403
    answer = reader.act(CHANGE, {"kind": "model", "url": "https://example.org"})
    assert (answer.status_code, "Only moderators, the submitter" in answer.content.decode()) == (403, True)
    assert stranger.get(CHANGE).url == f"/accounts/login/?next={CHANGE}"
    assert not Artefact.objects.exists()


def test_moderators_need_a_second_factor(paper, signed_in):
    moderator = appoint(UserFactory())
    reader = signed_in(moderator)
    reader.get(CHANGE)
    assert reader.act(CHANGE, {"kind": "demo", "url": "https://example.org"}).url == CHANGE
    row = Artefact.objects.get()
    assert row.source == "moderator"
    moderator.authenticator_set.all().delete()
    for path, form in (
        (CHANGE, {"kind": "demo", "url": "https://example.org/2"}),
        (f"{CHANGE}/remove", {"artefact": row.pk}),
    ):
        assert "Two-factor" in reader.act(path, form).content.decode()
    assert Artefact.objects.kept().get() == row


def test_somebody_signed_out_meanwhile_keeps_what_they_typed(paper, alice, signed_in):
    AuthorClaimFactory(user=alice, paper=paper)
    reader = signed_in(alice)
    reader.get(CHANGE)
    reader.logout()
    answer = reader.act(CHANGE, {"kind": "model", "url": "https://example.org/typed"})
    page = answer.content.decode()
    assert (answer.status_code, "https://example.org/typed" in page, "You are signed out" in page) == (403, True, True)
    assert not Artefact.objects.exists()


@pytest.mark.parametrize("form", ["{}?has={}", "{}?q=has:{}", "{}?has={}&sort=hot"])
def test_papers_are_filtered_by_what_they_have(db, stranger, form):
    for kind in ("model", "dataset", "demo"):
        PaperFactory(title=kind, **{f"{kind}_count": 1})
    PaperFactory(title="code", code_url="https://example.org/code")
    PaperFactory(title="nothing")
    for what in ("code", "model", "dataset", "demo"):
        assert titles(stranger.get(form.format("/papers", what), follow=True)) == [what]
    assert '<option value="dataset"' in stranger.get("/papers").content.decode()
