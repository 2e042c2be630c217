from django.db import models

from papers.models.follow import Follow, FollowManager
from papers.models.paper import Paper


class PaperFollowManager(FollowManager):
    def of(self, user):
        return super().of(user).select_related("paper").defer("paper__abstract")


class PaperFollow(Follow):
    """Notifies the user of new comments on a paper. It brings in no papers."""

    kind, title, column = "discussions", "Discussions", "paper"

    pk = models.CompositePrimaryKey("user", "paper")
    paper = models.ForeignKey(Paper, models.CASCADE, related_name="follows", db_index=False)

    objects = PaperFollowManager()

    class Meta:
        ordering = ["paper__title"]
        indexes = [models.Index(fields=["paper", "user"], name="followers_of_paper")]

    def __str__(self) -> str:
        return self.paper.plain_title

    @classmethod
    def find(cls, name: str) -> Paper:
        return Paper.objects.get(arxiv_id=name)

    @classmethod
    def row(cls, target: Paper) -> dict:
        return {"paper": target}

    @property
    def handle(self) -> str:
        return self.paper.arxiv_id

    def get_absolute_url(self) -> str:
        return self.paper.get_absolute_url()
