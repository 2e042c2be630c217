"""What votes and bookmarks have in common: at most one row per user and paper."""

from django.db import models


class MarkManager(models.Manager):
    def make(self, user, paper) -> bool:
        """Mark the paper. False if the user has marked it already."""
        return self.get_or_create(user=user, paper=paper)[1]

    def unmake(self, user, paper) -> bool:
        """Remove the mark. False if the user has not marked the paper."""
        return bool(self.filter(user=user, paper=paper).delete()[0])


class Mark(models.Model):
    pk = models.CompositePrimaryKey("user", "paper")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
