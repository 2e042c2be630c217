"""Renders an issue as the two bodies of a mail: HTML with inline styles, and plain text of 72 columns.

Many subscribers get the same issue, so it is rendered once, with placeholders for the addresses that differ.
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

from inbox.letters.issue import Entry, Issue
from lib.env import ROOT
from lib.templatetags.house import bare_url, long_date

COLUMNS = 72
STYLESHEETS = ("mail.css", "letter.css")
# The addresses that differ from one subscriber to the next → what stands for them; no paper can guess it.
_PLACEHOLDERS = {name: f"https://{secrets.token_hex(8)}.invalid/{name}" for name in ("page", "manage", "unsubscribe")}


@dataclass(frozen=True)
class Bodies:
    html: str
    text: str

    def fill(self, addresses: Mapping[str, str]) -> "Bodies":
        """Put the addresses of one subscriber in the place of the placeholders of these names."""
        html, text = self.html, self.text
        for name, placeholder in _PLACEHOLDERS.items():
            html, text = html.replace(placeholder, escape(addresses[name])), text.replace(placeholder, addresses[name])
        return Bodies(html, text)


@lru_cache(maxsize=20)  # letters of one list are next to each other in the queue
def render(issue: Issue, cadence: str) -> Bodies:
    """The bodies with placeholders. `cadence` says how often the letter comes, for the reason at its foot."""
    site = settings.BASE_URL
    reason = f"You get this email because this address is subscribed at {bare_url(site)}: {issue.title} · {cadence}."
    context = {"issue": issue, "site": site, "reason": reason, "addresses": _PLACEHOLDERS}
    html = _inliner().inline(render_to_string("inbox/letters/mail.html", context))
    return Bodies(html, _text(issue, reason))


@cache
def _inliner() -> CSSInliner:
    stylesheets = "\n".join((ROOT / "static" / "css" / name).read_text() for name in STYLESHEETS)
    return CSSInliner(
        extra_css=stylesheets,
        keep_at_rules=True,  # the dark colours
        resolve_css_variables=True,
        minify_css=True,
        load_remote_stylesheets=False,
    )


def _text(issue: Issue, reason: str) -> str:
    head = ["BROADSHEET", *_paragraph(f"List: {issue.title}"), long_date(issue.day), "=" * COLUMNS, ""]
    papers = [line for number, entry in enumerate(issue.papers, 1) for line in _paper(number, entry)]
    links = {
        "View in browser": _PLACEHOLDERS["page"],
        "Open the list": issue.url,
        "Email settings": _PLACEHOLDERS["manage"],
        "Unsubscribe": _PLACEHOLDERS["unsubscribe"],
    }
    foot = ["-" * COLUMNS, *_paragraph(reason), *(f"\n{name}:\n{url}" for name, url in links.items())]
    return "\n".join([*head, *papers, *foot]) + "\n"


def _paragraph(text: str) -> list[str]:
    """The lines of a text that begins with words of ours. The others, which anybody may have typed, are indented."""
    return wrap(text, COLUMNS, subsequent_indent="  ")


def _paper(number: int, entry: Entry) -> list[str]:
    prefix = f"{number:2}. "
    indent = " " * len(prefix)
    lines = [fill(entry.paper.plain_title, COLUMNS, initial_indent=prefix, subsequent_indent=indent)]
    if entry.facts:
        lines.append(fill(entry.facts, COLUMNS, initial_indent=indent, subsequent_indent=indent))
    if entry.excerpt:
        lines += ["", fill(entry.excerpt, COLUMNS, initial_indent=indent, subsequent_indent=indent)]
    links = [f"{indent}{name}: {url}" for name, url in entry.links.items()]
    return [*lines, "", indent + entry.paper.url, *links, "", ""]
