"""The sites that votes and comments are from, as addresses such as "https://huggingface.co".

A Broadsheet says in `upvotesBySite` and `commentsBySite` how many of a paper's votes and comments are from the readers
of each site. So whoever follows it takes over each site's number as it is, and leaves out its own.
"""

import re
from typing import NamedTuple

from django.conf import settings

HUB = "https://huggingface.co"
USERNAME = "broadsheet"  # of a site itself where nobody is named; no account can have it
MADE_UP = "0" * 8  # what an id begins with that a Broadsheet has made of a key; the Hub's begin with a time
MAX_SITES = 100  # that one record may name
_SITE = re.compile(r"https?://[a-z0-9.:\[\]-]{1,180}")


class Counts(NamedTuple):
    """The numbers of votes and of comments that a paper has from the readers of one site."""

    votes: int = 0
    comments: int = 0


def is_site(address) -> bool:
    """Return whether this is the address of a site without a path, in small letters."""
    return isinstance(address, str) and _SITE.fullmatch(address) is not None


def counts(row: dict, site: str) -> dict:
    """Return what the row of a paper from this site says of votes and comments, as the fields of a PaperRecord."""
    votes, comments = row.get("upvotesBySite"), row.get("commentsBySite")
    if not isinstance(votes, dict) or not isinstance(comments, dict):
        votes, comments = {site: row.get("upvotes")}, {site: row.get("numComments")}
    others = dict.fromkeys([*votes, *comments])
    others.pop(HUB, None)
    others.pop(settings.BASE_URL.lower(), None)
    return {
        "votes": votes.get(HUB),
        "comments": comments.get(HUB),
        "site_counts": {name: (votes.get(name) or 0, comments.get(name) or 0) for name in others} or None,
    }
