"""The context of the style guide: objects in each state that a page can show, which exist in memory only."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from django import forms
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from lib.forms import DateInput, LinksField
from lib.images import LOGO
from lib.widgets import ColourField, MarkdownInput, PictureField
from orgs.models import Organisation
from papers.discussion import rows
from papers.discussion.thread import Node
from papers.ingest.forms import SubmitForm
from papers.lists import charts
from papers.lists.cards import render_card
from papers.models import AiText, Artefact, Collection, Comment, LinkSource, Paper, SavedFilter
from papers.models.follow import FollowState
from papers.period import today

_NAMED = Organisation(slug="northern-lights", name="Northern Lights Laboratory", verified=True)
_LONG = Organisation(
    slug="institute",
    name="Interuniversity Institute for the Advancement of Unreasonably Long Organisation Names",
)
_PICTURE = (  # the address of the small one is the same, since only its fragment differs
    "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20viewBox='0%200%204%203'%3E"
    "%3Cpath%20fill='white'%20d='M0%200h4v3H0z'/%3E%3Cpath%20stroke='gray'%20d='M.5%202.5l1-1%201%20.5%201-1.5'%20"
    "fill='none'%20stroke-width='.1'/%3E%3C/svg%3E#specimen.webp"
)
_NO_ROW = 10**15  # from here on, ids that no comment has
_BAR = charts.Bar("Large language models", 1_234, "#main")
_ABSTRACT = (
    "A specimen abstract with maths, $\\mathcal{O}(n \\log n)$ and $p(x \\mid y) = \\frac{p(x, y)}{p(y)}$, long enough "
    "to be clamped after three lines. It says nothing, at some length, so that the disclosure has something to "
    "disclose: a line here, another there, and a formula at the end, where clamping usually goes wrong because "
    "nobody tried it with $\\sum_{i=1}^{n} x_i^2$ in the last line."
)


class InputsForm(forms.Form):
    """An input of every kind."""

    text = forms.CharField(label="Markdown", widget=MarkdownInput({"rows": 3}), initial="*Text* and $x^2$")
    picture = PictureField(LOGO)
    colour = ColourField(none="#9a1b1e", help_text="The red stands for none.")
    links = LinksField(initial=[{"label": "Homepage", "url": "https://example.org"}])
    day = forms.DateField(widget=DateInput, initial=date(2025, 9, 10))
    one = forms.ChoiceField(label="One of several", choices=[("a", "This"), ("b", "That")], widget=forms.RadioSelect)
    listed = forms.ChoiceField(label="One of a list", choices=[("a", "This"), ("b", "That")])
    check = forms.BooleanField(label="Yes or no", help_text="With a hint beneath.")


def context() -> dict:
    return {
        "cards": _cards(),
        "artefacts": _artefacts(),
        "ai_texts": _ai_texts(),
        "charts": _charts(),
        "tabs": _tabs(),
        "query": "q=2",
        "organisations": [_NAMED, _LONG],
        "collections": _collections(),
        "follows": [
            FollowState("topics", "cs.CL", 0, is_followed=False),
            FollowState("authors", "Ada Lovelace", 1, is_followed=False),
            FollowState("organisations", "northern-lights", 12_345, is_followed=True),
            FollowState("discussions", "2509.08721", 2, is_followed=False),
        ],
        "maths": "$\\int_0^1 x^2 \\, dx = \\frac{1}{3}$",
        "form": SubmitForm({"arxiv_id": "not an id"}),
        "inputs": InputsForm(auto_id="input_%s"),
        "comments": _comments(),
        "movable": _paper(7, title="A paper in the middle"),
    }


def _cards() -> list[tuple[str, str]]:
    papers = [
        ("plain", _paper(1, title="A paper with authors and an abstract")),
        ("voted, bookmarked and collected", _paper(2, is_marked=True, vote_count=128, comment_count=3)),
        ("voted, not counted yet", _paper(11, is_marked=True, is_counted=False, vote_count=4)),
        ("an organisation, code with stars", _paper(3, organisation=_NAMED, code_stars=34_500)),
        (
            "long words, long names",
            _paper(4, title="Pneumono" * 12, organisation=_LONG, vote_count=1_234_567),
        ),
        ("3,303 authors, no abstract", _paper(5, author_count=3303, abstract="", comment_count=1)),
        (
            "withdrawn",
            _paper(7, title="A paper that its authors withdrew", withdrawn_at=datetime(2025, 9, 12, tzinfo=UTC)),
        ),
        ("reproduced", _paper(8, title="A paper that readers ran", works_count=3, partly_count=2, fails_count=1)),
        (
            "not reproduced, commented, with code",
            _paper(9, title="A paper that nobody could run", fails_count=2, comment_count=5, code_stars=12),
        ),
        ("a picture", _paper(10, title="A paper with a picture", picture="specimen")),
        ("maths in the title", _paper(6, title="On $\\mathbb{R}^d$ and $\\ell_2$-regularised nothing")),
    ]
    changed = _paper(12, title="A paper whose code nobody keeps", code_stars=4, code_state="archived", version=3)
    return [
        *((state, render_card(paper).fill()) for state, paper in papers),
        ("changed since it was bookmarked, code archived", render_card(changed).fill(saved_version=1)),
    ]


def _comments() -> list[tuple[str, Node]]:
    text, day = "A question about *Table 2*, and $x^2$ in a line. " * 4, datetime(2025, 9, 10, tzinfo=UTC)
    comments = {
        "plain": {"text": text},
        "upvoted, edited, by an author of the paper": {
            "text": text,
            "voted": True,
            "vote_count": 12,
            "edited_at": day,
            "edit_count": 1,
            "by_author": True,
        },
        "a long name and a long word, of a member": {
            "text": "W" * 120,
            "author": User(pk=2, username="w", name="W" * 60),
            "membership": _LONG.name,
        },
        "a report": {
            "text": "It trains.",
            "outcome": "partly",
            "ran": "https://example.org/code at 1f2e3d4",
            "hardware": "a laptop",
        },
        "imported": {"text": text, "author": None, "source_name": "Max", "source_url": "https://huggingface.co/max"},
        "retracted": {"retracted_at": day},
        "hidden": {"hidden_at": day, "hidden_reason": "advertising"},
    }
    ada = User(pk=1, username="ada", name="Ada Lovelace")
    nodes = {}
    for number, (state, fields) in enumerate(comments.items(), _NO_ROW):
        shown = {"voted": False, "membership": None} | fields
        viewed = {name: shown.pop(name) for name in ("voted", "membership")}
        comment = Comment(**{"pk": number, "paper": _paper(1), "author": ada, "created_at": day} | shown)
        vars(comment).update(viewed)
        nodes[state] = Node(comment)
    rows.draw(nodes.values(), AnonymousUser())
    return list(nodes.items())


def _artefacts() -> list[Artefact]:
    """As lists of a paper have them: with and without numbers, of each kind and source, with a long name."""
    rows = [
        {"kind": "model", "name": "lab/specimen-7b", "likes": 1_234, "downloads": 5_678_901},
        {"kind": "dataset", "name": "lab/" + "specimen-" * 20, "likes": 1, "source": LinkSource.AUTHOR},
        {"kind": "demo", "name": "lab/specimen", "source": LinkSource.SUBMITTER},
    ]
    return [Artefact(paper=_paper(1), url="https://example.org", **row) for row in rows]


def _ai_texts() -> list[tuple[str, AiText]]:
    summary = "A specimen of a summary: what was done, in a sentence or two, and what came out. " * 2
    made = {"paper": _paper(1, version=2), "summary": summary, "made_at": datetime(2025, 9, 10, tzinfo=UTC)}
    return [
        ("by a language model, of an earlier version", AiText(**made, model="lab/specimen-7b", version=1)),
        ("by an author", AiText(**made, source=LinkSource.AUTHOR, version=2)),
    ]


def _collections() -> list[tuple[str, Collection]]:
    ada = User(username="ada", name="Ada Lovelace")
    return [
        ("of a person, unlisted, bare", Collection(key="bare", name="To read", user=ada, visibility="unlisted")),
        (
            "of an organisation, described, followed",
            Collection(
                key="read",
                name="What newcomers read first",
                description=_ABSTRACT,
                organisation=_NAMED,
                visibility="public",
                paper_count=12,
                follower_count=1_234,
            ),
        ),
        ("long words", Collection(key="long", name="W" * 120, organisation=_LONG, visibility="public", paper_count=1)),
    ]


def _paper(number: int, *, is_marked=False, is_counted=True, code_stars=None, **fields) -> Paper:
    fields = {
        "title": "A specimen paper",
        "abstract": _ABSTRACT,
        "author_count": 3,
        "organisation": None,
    } | fields
    paper = Paper(
        pk=number,
        arxiv_id=f"2511.0000{number}",
        published_at=datetime(2025, 11, number, tzinfo=UTC),
        code_url="https://example.org/code" if code_stars else "",
        code_stars=code_stars,
        **fields,
    )
    paper.voted = paper.saved = paper.collected = is_marked
    paper.seen = paper.dismissed = False
    paper.uncounted = not is_counted
    if paper.picture:
        vars(paper)["picture_url"] = _PICTURE
    return paper


def _charts() -> list[tuple[str, charts.Chart | None]]:
    wave = [7 * n % 11 + min(n, 42 - n) if n % 11 else 0 for n in range(42)]
    return [
        ("months, some without papers", charts.time_chart(_months(2022, wave))),
        ("many months, by year", charts.time_chart(_months(1993, range(1, 385)))),
        ("names", charts.RankingChart("papers", [_BAR, charts.Bar("W" * 120, 340)], "Papers by topic")),
        ("young, and this month is not over", charts.time_chart([(today() - timedelta(days=62), 2), (today(), 1)])),
    ]


def _months(year: int, counts: Iterable[int]) -> list[tuple[date, int]]:
    return [(date(year + n // 12, n % 12 + 1, 1), papers) for n, papers in enumerate(counts) if papers]


def _tabs() -> list[SavedFilter]:
    topics = ["Robotics", "Small models", "Speech", "Theorem proving", "Vision and language"]
    names = ["W" * 40, *(f"{topics[n % 5]} {n + 1}" for n in range(1, 30))]
    return [SavedFilter(name=name, query=f"q={n}") for n, name in enumerate(names)]
