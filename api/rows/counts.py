"""Whose votes and comments the numbers of papers are, so that sites that follow each other count nothing twice."""

from collections.abc import Mapping

from django.conf import settings

from papers.paper.summary import Summary
from papers.sites import HUB, Counts


def by_site(summary: Summary, others: Mapping[str, Counts], *, is_of_hub: bool) -> dict:
    """`upvotesBySite` and `commentsBySite` of a paper, each by the address of the site.

    Both have this site's own number, which may be 0, and those that it has imported: of the Hub, and of `others`. That
    of the Hub is left out if it is missing, which is so if it is 0 and the paper did not come from there.
    """
    imported = Counts(summary.imported_votes, summary.imported_comments)
    own = Counts(summary.vote_count - imported.votes, summary.comment_count - imported.comments)
    of_hub = Counts(*(total - sum(numbers) for total, *numbers in zip(imported, *others.values(), strict=True)))
    sites = {settings.BASE_URL: own, **({HUB: of_hub} if is_of_hub or any(of_hub) else {}), **others}
    return {
        "upvotesBySite": {site: counts.votes for site, counts in sites.items()},
        "commentsBySite": {site: counts.comments for site, counts in sites.items()},
    }
