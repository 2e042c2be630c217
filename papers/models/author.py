from collections.abc import Iterable

from django.db import models

from papers.names import Details


class AuthorManager(models.Manager):
    def first_of(self, papers: Iterable[int], limit: int | None) -> dict[int, list["Author"]]:
        """So many first authors of each of these papers (ids), or all, by the paper's id. One statement."""
        found = {pk: [] for pk in papers}
        authors = self.filter(paper__in=found).order_by("paper", "position")
        if limit is not None:
            authors = authors.filter(position__lt=limit)
        for author in authors:
            found[author.paper_id].append(author)
        return found


class Author(models.Model):
    """One name in a paper's list of authors; `position` counts from 0 in the order of the paper.

    `family`, `given` and `suffix` are the parts of the name, if its source divides it, and else empty.
    """

    pk = models.CompositePrimaryKey("paper", "position")
    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="authors")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    family = models.CharField(max_length=200, blank=True)
    given = models.CharField(max_length=200, blank=True)
    suffix = models.CharField(max_length=200, blank=True)
    affiliation = models.CharField(max_length=500, blank=True)

    objects = AuthorManager()

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name

    @property
    def details(self) -> Details:
        return Details(self.family, self.given, self.suffix, self.affiliation)
