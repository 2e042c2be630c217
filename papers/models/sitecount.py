from collections import defaultdict
from collections.abc import Collection

from django.db import models
from django.db.models import Q

from lib.fields import UrlLineField
from papers.sites import Counts


class SiteCountManager(models.Manager):
    def by_paper(self, papers: Collection[int]) -> dict[int, dict[str, Counts]]:
        """The counts of these papers (ids) by site, of papers that have any."""
        found = defaultdict(dict)
        for paper, site, *counts in self.filter(paper__in=papers).values_list("paper", "site", "votes", "comments"):
            found[paper][site] = Counts(*counts)
        return found

    def keep(self, counts: dict[int, dict[str, Counts]]) -> None:
        """Write these counts by paper (id) and site."""
        rows = [
            self.model(paper_id=paper, site=site, votes=votes, comments=comments)
            for paper, sites in counts.items()
            for site, (votes, comments) in sites.items()
        ]
        columns = ["votes", "comments"]
        self.bulk_create(rows, update_conflicts=True, unique_fields=["paper", "site"], update_fields=columns)


class SiteCount(models.Model):
    """How many of a paper's imported votes and comments are from readers of one other Broadsheet.

    They are part of its `imported_votes` and `imported_comments`; what no row accounts for is the Hub's. This lets each
    site's readers be counted once, whatever way their number comes, and this site's own never as imported.
    """

    pk = models.CompositePrimaryKey("paper", "site")
    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="site_counts", db_index=False)
    site = UrlLineField(max_length=200)
    votes = models.PositiveIntegerField()
    comments = models.PositiveIntegerField()

    objects = SiteCountManager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(site=""), name="site_count_of_a_site")]

    def __str__(self) -> str:
        return f"{self.paper} ({self.site})"
