"""What a language model wrote about a paper: where it is shown, and who replaces and hides it."""

import pytest

from lib.conflicts import digests
from lib.refusals import BadInput, Conflict, Gone, NotAllowed
from papers.lengths import MAX_SUMMARY
from papers.models import AiText, AuthorClaim, Correction, Paper, undoing
from papers.models.aitext import ImportedText
from tests.database import contents
from tests.factories import NOON, AuthorClaimFactory

PAGE = "/papers/2509.08721"
SUMMARY = f"{PAGE}/summary"
MACHINE = "Engines are explained by a machine."
MODEL = "lab/model-1"
HEADING = "Summary by a language model"


@pytest.fixture(autouse=True)
def _shown(settings):
    settings.SHOW_AI_TEXT = True


@pytest.fixture
def text(paper, alice) -> AiText:
    """A model's text about a paper of which Alice is an author."""
    AuthorClaimFactory(user=alice, paper=paper)
    AiText.objects.keep({paper.pk: ImportedText(MACHINE, ("engines",), MODEL, 1, NOON)})
    return AiText.objects.select_related("paper").get()


def replace(text, actor, summary="By hand.") -> None:
    text.replace(actor, summary, digests({"summary": text.summary}))


def page_of(reader, path=PAGE) -> str:
    return " ".join(reader.get(path).content.decode().split())


def test_it_stands_behind_the_abstract_with_model_date_and_version(text, stranger):
    page = page_of(stranger)
    assert page.index(f"<p>{text.paper.abstract}</p>") < page.index(HEADING) < page.index(MACHINE)
    day = '<time datetime="2025-09-10">10 September 2025</time>'
    line = f"Written by the language model {MODEL}, as of {day}, for version 1 of the paper."
    assert line in page
    assert "by now" not in page
    assert "Change or hide" not in page


def test_it_says_so_if_the_paper_has_a_later_version(text, stranger):
    Paper.objects.touch([text.paper_id], version=3)
    assert "for version 1 of the paper, which is now at version 3." in page_of(stranger)


def test_no_page_shows_it_unless_the_setting_says_so(text, alice, signed_in, stranger, settings):
    before = stranger.get(PAGE).headers["ETag"]
    settings.SHOW_AI_TEXT = False
    answer = stranger.get(PAGE)
    assert answer.headers["ETag"] != before
    replace(text, alice, "By hand.")
    text.restore(alice)
    author = signed_in(alice)
    for path in (PAGE, SUMMARY, f"{PAGE}/correct", f"{PAGE}/versions", "/papers/date/2025-09-10", "/papers.atom"):
        page = page_of(author, path)
        assert (MACHINE in page, HEADING.lower() in page) == (False, path == SUMMARY)
    assert author.act(f"{SUMMARY}/hide").status_code == 404


def test_no_card_shows_it(text, stranger):
    assert MACHINE not in page_of(stranger, "/papers/date/2025-09-10")


def test_an_author_replaces_it_and_brings_it_back(text, alice, signed_in, stranger):
    author = signed_in(alice)
    assert f'href="{SUMMARY}"' in page_of(author)
    form = author.get(SUMMARY).context["form"]
    answer = author.act(SUMMARY, {"summary": " By\nhand. ", "base": form.initial["base"]})
    assert answer.url == SUMMARY
    page = page_of(stranger)
    assert "By hand." in page
    assert "Written by an author, as of" in page
    assert (MACHINE in page, MODEL in page, HEADING in page) == (False, False, False)
    assert author.act(f"{SUMMARY}/restore").url == SUMMARY
    assert MACHINE in page_of(stranger)
    changes = [{"summary": [f"by {MODEL}", "by an author"]}, {"summary": ["by an author", f"by {MODEL}"]}]
    assert [row.changes for row in Correction.objects.order_by("pk")] == changes
    log = page_of(stranger, f"{PAGE}/versions")
    assert f"Summary: <del>by {MODEL}</del> <ins>by an author</ins>" in log


def test_an_author_and_a_moderator_hide_and_show_it(text, alice, moderator, signed_in, stranger):
    for person in (alice, moderator):
        reader = signed_in(person)
        reader.get(SUMMARY)
        assert reader.act(f"{SUMMARY}/hide").url == SUMMARY
        assert MACHINE not in page_of(stranger)
        assert "hidden" in page_of(reader, SUMMARY)
        assert reader.act(f"{SUMMARY}/show").url == SUMMARY
        assert MACHINE in page_of(stranger)
    log = [(row.actor, row.changes["summary_state"]) for row in Correction.objects.order_by("pk")]
    hidden, shown = ["shown", "hidden"], ["hidden", "shown"]
    assert log == [(alice, hidden), (alice, shown), (moderator, hidden), (moderator, shown)]


VERBS = {
    "replace": replace,
    "restore": lambda text, actor: text.restore(actor),
    "hide": lambda text, actor: text.hide(actor),
    "show": lambda text, actor: text.show(actor),
}


@pytest.mark.parametrize("verb", VERBS)
def test_twice_is_once_and_touches_the_paper_once(text, alice, verb):
    if verb == "restore":
        replace(text, alice)
    if verb == "show":
        text.hide(alice)
    revision = Paper.objects.get().revision
    VERBS[verb](text, alice)
    before = contents()
    VERBS[verb](text, alice)
    assert contents() == before
    assert Paper.objects.get().revision == revision + 1


@pytest.mark.parametrize("verb", VERBS)
def test_others_change_nothing(text, alice, bob, carol, moderator, verb):
    Paper.objects.update(submitted_by=bob)
    AuthorClaimFactory(user=carol, paper=text.paper, name="Grace Hopper", state="open")
    text.hide(alice)
    before = contents()
    for person in (bob, carol, *([moderator] if verb in ("replace", "restore") else [])):
        with pytest.raises(NotAllowed):
            VERBS[verb](text, person)
    assert contents() == before


def test_no_author_shows_or_replaces_what_moderators_have_hidden(text, alice, moderator):
    text.hide(alice)
    text.hide(moderator)
    before = contents()
    for verb in ("show", "replace"):
        with pytest.raises(NotAllowed, match="Moderators have hidden"):
            VERBS[verb](text, alice)
    text.hide(alice)
    assert contents() == before
    text.show(moderator)
    assert AiText.objects.shown().exists()


@pytest.mark.parametrize("summary", ["", " \n ", "x" * (MAX_SUMMARY + 1)])
def test_a_text_that_is_none_or_too_long_is_refused(text, alice, signed_in, summary):
    with pytest.raises(BadInput):
        replace(text, alice, summary)
    author = signed_in(alice)
    author.get(SUMMARY)
    assert author.act(SUMMARY, {"summary": summary, "base": ""}).status_code == 400
    assert AiText.objects.get().summary == MACHINE


def test_two_authors_do_not_overwrite_each_other_unseen(text, alice, bob, signed_in):
    AuthorClaimFactory(user=bob, paper=text.paper, name="Grace Hopper")
    base = signed_in(bob).get(SUMMARY).context["form"].initial["base"]
    replace(text, alice, "Alice's.")
    other = AiText.objects.get()
    with pytest.raises(Conflict):
        other.replace(bob, "Bob's.", digests({"summary": MACHINE}))
    reader = signed_in(bob)
    reader.get(SUMMARY)
    answer = reader.act(SUMMARY, {"summary": "Bob's.", "base": base})
    assert answer.status_code == 409
    again = {"summary": "Bob's.", "base": answer.context["form"].data["base"]}
    assert reader.act(SUMMARY, again).url == SUMMARY
    assert AiText.objects.get().summary == "Bob's."


def test_a_text_that_is_gone(text, alice, signed_in):
    author = signed_in(alice)
    author.get(SUMMARY)
    AiText.objects.all().delete()
    with pytest.raises(Gone):
        text.hide(alice)
    assert author.act(f"{SUMMARY}/hide").status_code == 404
    assert "shows no summary" in author.act(SUMMARY, {"summary": "Mine.", "base": ""}).content.decode()
    assert not AiText.objects.exists()


def test_somebody_signed_out_meanwhile_keeps_what_they_typed_and_reads_nothing_hidden(text, alice, signed_in):
    author = signed_in(alice)
    author.act(f"{SUMMARY}/hide")
    author.get(SUMMARY)
    text.hide(alice)
    author.logout()
    page = author.act(SUMMARY, {"summary": "Typed so far.", "base": ""}).content.decode()
    assert ("Typed so far." in page, "You are signed out" in page, MACHINE in page) == (True, True, False)


def test_what_a_false_author_did_is_undone_and_done_again(text, alice, moderator):
    replace(text, alice)
    text.hide(alice)
    undone = AuthorClaim.objects.get().withdraw(moderator, "Not her.")
    shown = AiText.objects.shown().get()
    assert (shown.summary, shown.model, shown.source, shown.imported) == (MACHINE, MODEL, "import", None)
    undoing.redo(moderator, text.paper, undone)
    again = AiText.objects.get()
    assert (again.summary, again.source, again.hidden_source) == ("By hand.", "author", "author")
    assert again.import_text.summary == MACHINE


def test_what_another_author_did_since_stays(text, alice, bob, moderator):
    AuthorClaimFactory(user=bob, paper=text.paper, name="Grace Hopper")
    replace(text, alice)
    text.hide(alice)
    replace(text, bob, "Bob's.")
    text.show(bob)
    AuthorClaim.objects.get(user=alice).withdraw(moderator, "Not her.")
    assert AiText.objects.shown().get().summary == "Bob's."
