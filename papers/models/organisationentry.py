from django.db import models

from orgs.models import Organisation
from papers.models.directory import MONTH_DAYS, DirectoryEntry


class OrganisationEntry(DirectoryEntry):
    """`recent_count` are the papers of this month, and `vote_count` the upvotes of all its papers."""

    organisation = models.OneToOneField(Organisation, models.CASCADE, primary_key=True, related_name="+")
    verified = models.BooleanField()
    paper_count = models.PositiveIntegerField()
    recent_count = models.PositiveIntegerField()
    vote_count = models.PositiveBigIntegerField()

    COUNT_SQL = f"""
        SELECT
            organisation.id AS organisation_id,
            named.names,
            organisation.verified,
            coalesce(tagged.paper_count, 0) AS paper_count,
            coalesce(tagged.recent_count, 0) AS recent_count,
            coalesce(tagged.vote_count, 0) AS vote_count,
            coalesce(followed.follower_count, 0) AS follower_count
        FROM orgs_organisation organisation
        JOIN named ON named.key = organisation.id::text
        LEFT JOIN (
            SELECT
                affiliation.organisation_id,
                count(*) AS paper_count,
                count(*) FILTER (WHERE paper.listed_on > %(latest)s::date - {MONTH_DAYS}) AS recent_count,
                sum(paper.vote_count) AS vote_count
            FROM papers_affiliation affiliation
            JOIN papers_paper paper ON paper.id = paper_id AND paper.listed_on <= %(latest)s
            WHERE affiliation.state = 'accepted'
            GROUP BY affiliation.organisation_id
        ) tagged ON tagged.organisation_id = organisation.id
        LEFT JOIN (
            SELECT organisation_id, count(*) AS follower_count FROM papers_organisationfollow GROUP BY organisation_id
        ) followed ON followed.organisation_id = organisation.id
    """  # noqa: S608 (all of it is constant)

    class Meta(DirectoryEntry.Meta):
        indexes = [
            *DirectoryEntry.Meta.indexes,
            *(
                models.Index(fields=["verified", column, "organisation"], name=f"orgs_by_{column}")
                for column in ("recent_count", "vote_count", "follower_count")
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation)

    @classmethod
    def all_names(cls) -> dict[int, list[str]]:
        return {pk: names for pk, *names in Organisation.objects.values_list("pk", "slug", "name").order_by()}

    @property
    def shown(self) -> tuple:
        """Everything that the directory shows of it, for an ETag."""
        counts = self.paper_count, self.recent_count, self.vote_count, self.follower_count
        return self.pk, self.organisation.updated_at, *counts
