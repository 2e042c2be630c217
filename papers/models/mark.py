"""What votes and bookmarks have in common: one row per (user, paper), written once, whatever the number of tries."""

from django.db import models


class MarkManager(models.Manager):
    def make(self, user, paper) -> bool:
        """True if the row was written now, False if it stood already."""
        return self.get_or_create(user=user, paper=paper)[1]

    def unmake(self, user, paper) -> bool:
        """True if a row was removed."""
        return bool(self.filter(user=user, paper=paper).delete()[0])


class Mark(models.Model):
    pk = models.CompositePrimaryKey("user", "paper")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
