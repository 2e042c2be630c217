from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models.user import shows_everybody
from papers.models.directory import DirectoryEntry, DirectoryManager, DirectoryQuerySet
from papers.models.paper import Paper
from papers.models.vote import Vote


class PersonEntryQuerySet(DirectoryQuerySet):
    def public(self):
        """Entries of people who at this moment let everybody see papers that they submitted or upvoted."""
        submitted = shows_everybody("submissions", "person__") & Q(submitted_count__gt=0)
        return self.filter(submitted | (shows_everybody("votes", "person__") & Q(upvoted_count__gt=0)))


class PersonEntry(DirectoryEntry):
    """Somebody who lets everybody see papers that they submitted or upvoted.

    The counts are 0 where the person hides the papers. No order of the directory sorts by them, so that it tells
    nothing of papers that were hidden since the last count.
    """

    person = models.OneToOneField("accounts.User", models.CASCADE, primary_key=True, related_name="+")
    submitted_count = models.PositiveIntegerField()
    upvoted_count = models.PositiveIntegerField()

    objects = DirectoryManager.from_queryset(PersonEntryQuerySet)()

    COUNT_SQL = """
        SELECT
            person.id AS person_id,
            named.names,
            (SELECT count(*) FROM papers_paper WHERE submitted_by_id = person.id AND shows_submissions)
                AS submitted_count,
            (SELECT count(*) FROM papers_vote WHERE user_id = person.id AND shows_votes) AS upvoted_count,
            (SELECT count(*) FROM papers_personfollow followed WHERE followed.person_id = person.id) AS follower_count
        FROM accounts_user person
        JOIN named ON named.key = person.id::text
    """

    class Meta(DirectoryEntry.Meta):
        indexes = [
            *DirectoryEntry.Meta.indexes,
            models.Index(fields=["follower_count", "person"], name="people_by_followers"),
        ]

    def __str__(self) -> str:
        return str(self.person)

    @classmethod
    def all_names(cls) -> dict[int, list[str]]:
        submitted, upvoted = Paper.objects.filter(submitted_by=OuterRef("pk")), Vote.objects.filter(user=OuterRef("pk"))
        people = get_user_model().objects.filter(
            (shows_everybody("submissions") & Exists(submitted)) | (shows_everybody("votes") & Exists(upvoted))
        )
        return {pk: names for pk, *names in people.values_list("pk", "username", "name")}

    @property
    def shown(self) -> tuple:
        """Everything that the directory shows of it, for an ETag."""
        person = self.person
        counts = self.submissions, self.upvotes, self.follower_count
        return person.username, str(person), person.portrait.name, *counts

    @property
    def submissions(self) -> int:
        """How many papers the person lets everybody see that they submitted."""
        return self.submitted_count if self.person.shows_submissions else 0

    @property
    def upvotes(self) -> int:
        """How many papers the person lets everybody see that they upvoted."""
        return self.upvoted_count if self.person.shows_votes else 0
