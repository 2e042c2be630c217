from collections.abc import Iterable

from django.db import models


class AuthorManager(models.Manager):
    def first_of(self, papers: Iterable[int], number: int) -> dict[int, list[str]]:
        """The ids of these papers → the names of so many of their first authors. One statement."""
        names = {pk: [] for pk in papers}
        first = self.filter(paper__in=names, position__lt=number).order_by("paper", "position")
        for pk, name in first.values_list("paper", "name"):
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
