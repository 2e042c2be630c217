"""The example on the page of the API: the latest paper that a day's list has, as the API answers it now."""

import json
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AnonymousUser

from api.rows.papers import daily_rows
from papers.models import Paper
from papers.period import day_of

_OF_PAPER = ("id", "title", "summary", "authors", "publishedAt", "upvotes", "numComments", "url")
_OF_ROW = ("title", "publishedAt", "submittedBy", "thumbnail", "isAuthorParticipating")
_SUMMARY = 120  # characters that are shown


@dataclass(frozen=True)
class Example:
    """A paper that the site has, the day of its list, and the answer about it, shortened."""

    arxiv_id: str
    day: date
    answer: str


def latest() -> Example | None:
    """Returns the example; None on a site without listed papers."""
    paper = Paper.objects.listed().only("arxiv_id", "listed_at").order_by("-listed_at", "-pk").first()
    if paper is None:
        return None
    [row] = daily_rows([paper.pk], AnonymousUser())
    inner = {name: row["paper"][name] for name in _OF_PAPER}
    inner |= {"summary": f"{inner['summary'][:_SUMMARY]}…", "authors": inner["authors"][:1]}
    short = {"paper": inner} | {name: row[name] for name in _OF_ROW}
    return Example(paper.arxiv_id, day_of(paper.listed_at), json.dumps([short], ensure_ascii=False, indent=2))
