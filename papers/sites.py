"""The sites that votes and comments are from, as addresses such as "https://huggingface.co".

A Broadsheet says in `upvotesBySite` and `commentsBySite` how many of a paper's votes and comments are from the readers
of each site. So whoever follows it takes over each site's number as it is, and leaves out its own.
"""

import re
from typing import NamedTuple

from django.conf import settings

HUB = "https://huggingface.co"
USERNAME = "broadsheet"  # of a site itself where nobody is named; no account can have it
MAX_SITES = 100  # that one record may name, and whose votes and comments a paper has
_SITE = re.compile(r"https?://[a-z0-9.:\[\]-]{1,180}")


class Counts(NamedTuple):
    """The numbers of votes and of comments that a paper has from the readers of one site."""

    votes: int = 0
    comments: int = 0


def is_site(address) -> bool:
    """Return whether this is the address of a site without a path, in small letters."""
    return isinstance(address, str) and _SITE.fullmatch(address) is not None


def is_of_broadsheet(row: dict) -> bool:
    """Return whether the row of a paper breaks its votes down by site.

    Broadsheets do this; the Hub and its mirrors do not.
    """
    return isinstance(row.get("upvotesBySite"), dict)


def counts(row: dict) -> dict:
    """Return what the row of a paper says of votes and comments, as the fields of a PaperRecord.

    If it does not say whose they are, they are the Hub's. A Broadsheet that does not say how many the Hub has may not
    know it.
    """
    if not is_of_broadsheet(row):
        return {"votes": row.get("upvotes"), "comments": row.get("numComments")}
    votes, comments = row["upvotesBySite"], row.get("commentsBySite")
    comments = comments if isinstance(comments, dict) else {}
    others = dict.fromkeys([*votes, *comments])
    others.pop(HUB, None)
    others.pop(settings.BASE_URL, None)
    return {
        "votes": votes.get(HUB),
        "comments": comments.get(HUB),
        "site_counts": {name: (votes.get(name) or 0, comments.get(name) or 0) for name in others} or None,
    }
