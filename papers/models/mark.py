"""What readers mark papers with: votes, bookmarks, and what they have seen or dismissed.

A mark is at most one row per user and paper.
"""

from functools import cache

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Value


class MarkManager(models.Manager):
    def make(self, user, paper) -> bool:
        """Mark the paper. False if the user has marked it already."""
        return self.get_or_create(user=user, paper=paper)[1]

    def unmake(self, user, paper) -> bool:
        """Remove the mark. False if the user has not marked the paper."""
        return bool(self.filter(user=user, paper=paper).delete()[0])

    def exists_for(self, viewer) -> Exists | Value:
        """Whether the viewer has marked a paper, as a column of the paper."""
        if not viewer.is_authenticated:
            return Value(False)
        return Exists(self.filter(user=viewer, paper=OuterRef("pk")))


class Mark(models.Model):
    """A kind of mark is a subclass with

    * `bit`: the attribute of a paper that says whether the viewer has marked it;
    * `control`: the name of its address, and of its button in `papers/paper/_controls.html`;
    * `undo`: the verb in the address that removes it;
    * `takeout_name`: the name of its file in the export of everything that a person has;
    * `confirmation`: what a reader without JavaScript is told, with the paper's title, if the page does not show it.
    """

    bit: str
    control: str
    undo: str
    takeout_name: str
    confirmation: str = ""

    pk = models.CompositePrimaryKey("user", "paper")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MarkManager()

    class Meta:
        abstract = True


@cache
def marks() -> list[type[Mark]]:
    """All kinds of marks, from which the bits of a row, its cache key, the addresses and the export follow."""
    return [model for model in apps.get_app_config("papers").get_models() if issubclass(model, Mark)]
