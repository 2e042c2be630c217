from django.db import models

from orgs.models import Organisation
from papers.models.follow import Follow, FollowManager


class OrganisationFollowManager(FollowManager):
    def of(self, user):
        return super().of(user).select_related("organisation")


class OrganisationFollow(Follow):
    """Lists the papers of an organisation."""

    kind, title, column = "organisations", "Organisations", "organisation"

    pk = models.CompositePrimaryKey("user", "organisation")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="follows", db_index=False)

    objects = OrganisationFollowManager()

    PAPERS_SQL = """
        SELECT followed.user_id, affiliation.paper_id, organisation.name
        FROM papers_organisationfollow followed
        JOIN papers_affiliation affiliation USING (organisation_id)
        LEFT JOIN orgs_organisation organisation ON organisation.id = followed.organisation_id
        WHERE {condition} AND affiliation.state = 'accepted'
    """

    class Meta:
        ordering = ["organisation__name"]
        indexes = [models.Index(fields=["organisation", "user"], name="followers_of_organisation")]

    def __str__(self) -> str:
        return str(self.organisation)

    @classmethod
    def find(cls, name: str) -> Organisation:
        return Organisation.objects.get(slug=name)

    @classmethod
    def row(cls, target: Organisation) -> dict:
        return {"organisation": target}

    @property
    def handle(self) -> str:
        return self.organisation.slug

    def get_absolute_url(self) -> str:
        return self.organisation.get_absolute_url()
