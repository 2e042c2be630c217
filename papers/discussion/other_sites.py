"""The comments on a paper that other sites have and this one has not: their numbers are imported, by site."""

from collections.abc import Mapping
from dataclasses import dataclass

from papers import identifiers
from papers.discussion.rows import SOURCE
from papers.models import Paper


@dataclass(frozen=True)
class OtherSite:
    """How many comments only this site has, and where it has them. `name` is its address without the scheme."""

    name: str
    url: str
    count: int


def other_sites(paper: Paper, imported: int, others: Mapping[str, int]) -> list[OtherSite]:
    """The comments on the paper at each other site, those of the Hub first.

    `imported`: how many of the Hub's stand here; `others`: the numbers of other sites by their addresses (`SiteCount`).
    """
    of_hub = paper.imported_comments - sum(others.values()) - imported
    found = [OtherSite(SOURCE, f"{identifiers.hub_url(paper.arxiv_id)}#community", of_hub)]
    for address, count in sorted(others.items()):
        found.append(OtherSite(address.partition("://")[2], f"{address}/papers/{paper.arxiv_id}#comments", count))
    return [row for row in found if row.count > 0]
