"""An edition as the two bodies of a mail: HTML with its style in the elements, and plain text of 72 columns.

Many subscribers get the same edition, so that it is drawn once, and only the addresses in it are each one's own.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from textwrap import fill, wrap

from css_inline import CSSInliner
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import escape

from inbox.letters.issue import Edition, Entry
from lib.env import ROOT
from lib.templatetags.house import bare_url, long_date

COLUMNS = 72
SHEETS = ("mail.css", "letter.css")
OWN = ("page", "manage", "unsubscribe")  # whose addresses are each subscriber's own
# Where such an address stands until it is known; no paper can guess it.
_PLACES = {name: f"https://{secrets.token_hex(8)}.invalid/{name}" for name in OWN}


@dataclass(frozen=True)
class Drawn:
    html: str
    text: str

    def fill(self, addresses: Mapping[str, str]) -> "Drawn":
        """With the addresses of OWN."""
        html, text = self.html, self.text
        for name, place in _PLACES.items():
            html, text = html.replace(place, escape(addresses[name])), text.replace(place, addresses[name])
        return Drawn(html, text)


@lru_cache(maxsize=20)  # neighbours in the queue have the same; those of one person never
def draw(edition: Edition, cadence: str) -> Drawn:
    """The bodies without the addresses of OWN, which are filled in. `cadence` says how often the letter comes."""
    site = settings.BASE_URL
    why = f"You get this letter since this address was subscribed to it at {bare_url(site)}:"
    context = {"edition": edition, "site": site, "why": f"{why} {edition.title} · {cadence}.", "own": _PLACES}
    return Drawn(
        _inliner().inline(render_to_string("inbox/letters/mail.html", context)), _text(edition, context["why"])
    )


@cache
def _inliner() -> CSSInliner:
    sheets = "\n".join((ROOT / "static" / "css" / name).read_text() for name in SHEETS)
    return CSSInliner(
        extra_css=sheets,
        keep_at_rules=True,  # the dark colours
        resolve_css_variables=True,
        minify_css=True,
        load_remote_stylesheets=False,
    )


def _text(edition: Edition, why: str) -> str:
    head = ["BROADSHEET", *_paragraph(f"List: {edition.title}"), long_date(edition.issue), "=" * COLUMNS, ""]
    papers = [line for number, paper in enumerate(edition.papers, 1) for line in _paper(number, paper)]
    links = {
        "This letter in the browser": _PLACES["page"],
        "The whole list": edition.url,
        "Change how it comes": _PLACES["manage"],
        "Unsubscribe": _PLACES["unsubscribe"],
    }
    foot = ["-" * COLUMNS, *_paragraph(why), *(f"\n{name}:\n{url}" for name, url in links.items())]
    return "\n".join([*head, *papers, *foot]) + "\n"


def _paragraph(text: str) -> list[str]:
    """The lines of a text that begins with words of ours: a further one, which may be anybody's, is indented."""
    return wrap(text, COLUMNS, subsequent_indent="  ")


def _paper(number: int, paper: Entry) -> list[str]:
    first = f"{number:2}. "
    indent = " " * len(first)
    parts = [fill(paper.title, COLUMNS, initial_indent=first, subsequent_indent=indent)]
    parts += [fill(said, COLUMNS, initial_indent=indent, subsequent_indent=indent) for said in (paper.facts,) if said]
    if paper.excerpt:
        parts += ["", fill(paper.excerpt, COLUMNS, initial_indent=indent, subsequent_indent=indent)]
    return [*parts, "", indent + paper.url, *(f"{indent}{name}: {url}" for name, url in paper.links), "", ""]
