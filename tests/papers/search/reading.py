"""What a page of papers shows to who reads it."""

import re
from html import unescape

from tests.papers.lists.test_lists import titles
from tests.papers.search.library import PAPERS

NAMES = {title: name for name, (title, _, _) in PAPERS.items()}


def text(answer) -> str:
    return unescape(answer.content.decode())


def keys(answer) -> list[str]:
    """The papers of the library by their names, in order."""
    return [NAMES[unescape(title)] for title in titles(answer)]


def reasons(answer) -> dict[str, str]:
    """Why each paper of the library is there."""
    told = re.findall(r'<span class="reason">(.*?)</span>', text(answer))
    return dict(zip(keys(answer), told, strict=True))


def counted(answer) -> str:
    """How many were found, in words."""
    return " ".join("".join(re.findall(r'<p class="count">([^<]*)\. <a ', text(answer))).split())


def notes(answer) -> list[str]:
    notes = re.findall(r'<p class="note">(.*?)</p>', text(answer), re.DOTALL)
    return [" ".join(re.sub("<[^>]*>", "", note).split()) for note in notes]
