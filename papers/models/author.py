from collections.abc import Iterable

from django.db import models


class AuthorManager(models.Manager):
    def first_of(self, papers: Iterable[int], limit: int | None) -> dict[int, list[str]]:
        """The names of so many first authors of each of these papers (ids), or of all, by the id. One statement."""
        names = {pk: [] for pk in papers}
        authors = self.filter(paper__in=names).order_by("paper", "position")
        if limit is not None:
            authors = authors.filter(position__lt=limit)
        for pk, name in authors.values_list("paper", "name"):
            names[pk].append(name)
        return names


class Author(models.Model):
    """One name in a paper's list of authors; `position` counts from 0 in the order of the paper."""

    pk = models.CompositePrimaryKey("paper", "position")
    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="authors")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=200)

    objects = AuthorManager()

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name
