from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from lib.refusals import BadInput
from papers.models.follow import Follow, FollowManager


class PersonFollowManager(FollowManager):
    def of(self, user):
        return super().of(user).filter(person__is_active=True).select_related("person")

    def make(self, user, target) -> bool:
        if user == target:
            raise BadInput("You can't follow yourself.")
        return super().make(user, target)


class PersonFollow(Follow):
    """Lists the papers that a person submitted and upvoted, if the person shows them."""

    kind, title, column = "people", "People", "person"

    pk = models.CompositePrimaryKey("user", "person")
    person = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)

    objects = PersonFollowManager()

    PAPERS_SQL = """
        SELECT followed.user_id, paper.id, 'submitted by ' || coalesce(nullif(person.name, ''), person.username)
        FROM papers_personfollow followed
        JOIN accounts_user person ON person.id = followed.person_id AND person.is_active AND person.shows_submissions
        JOIN {papers} paper ON paper.submitted_by_id = followed.person_id
        WHERE {condition}
        UNION ALL
        SELECT followed.user_id, vote.paper_id, 'upvoted by ' || coalesce(nullif(person.name, ''), person.username)
        FROM papers_personfollow followed
        JOIN accounts_user person ON person.id = followed.person_id AND person.is_active AND person.shows_votes
        JOIN papers_vote vote ON vote.user_id = followed.person_id
        WHERE {condition}
    """

    class Meta:
        ordering = ["person__username"]
        indexes = [models.Index(fields=["person", "user"], name="followers_of_person")]
        constraints = [models.CheckConstraint(condition=~Q(user=F("person")), name="nobody_follows_oneself")]

    def __str__(self) -> str:
        return str(self.person)

    @classmethod
    def find(cls, name: str):
        return get_user_model().objects.get(username=name, is_active=True)

    @classmethod
    def row(cls, target) -> dict:
        return {"person": target}

    @property
    def handle(self) -> str:
        return self.person.username

    def get_absolute_url(self) -> str:
        return reverse("papers:person", args=[self.person.username])
