"""Whose votes and comments the numbers of papers are, so that sites that follow each other count nothing twice."""

from collections.abc import Collection

from django.conf import settings

from papers.models import Paper, SiteCount
from papers.sites import HUB, Counts


def by_site(pks: Collection[int]) -> dict[int, dict]:
    """`upvotesBySite` and `commentsBySite` of the papers with these keys, each by the address of the site.

    Both have this site's own number, which may be 0, and those of other sites that it has imported. Two statements.
    """
    others = SiteCount.objects.by_paper(pks)
    columns = ("pk", "vote_count", "imported_votes", "comment_count", "imported_comments")
    return {
        pk: _fields(Counts(votes - imported_votes, comments - imported_comments), imported, others.get(pk, {}))
        for pk, votes, imported_votes, comments, imported_comments in Paper.objects.filter(pk__in=pks).values_list(
            *columns
        )
        for imported in [Counts(imported_votes, imported_comments)]
    }


def _fields(own: Counts, imported: Counts, others: dict[str, Counts]) -> dict:
    of_hub = Counts(*(total - sum(numbers) for total, *numbers in zip(imported, *others.values(), strict=True)))
    sites = {settings.BASE_URL: own, **({HUB: of_hub} if any(of_hub) else {}), **others}
    return {
        "upvotesBySite": {site: counts.votes for site, counts in sites.items()},
        "commentsBySite": {site: counts.comments for site, counts in sites.items()},
    }
