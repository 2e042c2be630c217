from django.db import models


class Author(models.Model):
    """One name in a paper's list of authors; `position` counts from 0 in the order of the paper."""

    pk = models.CompositePrimaryKey("paper", "position")
    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="authors")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name
