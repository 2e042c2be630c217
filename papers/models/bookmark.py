from django.db import models

from papers.models.mark import MarkManager, PaperMark


class BookmarkManager(MarkManager):
    def make(self, user, target) -> bool:
        """Bookmark the paper in its present version. False if the user has bookmarked it already."""
        return self.get_or_create(user=user, paper=target, defaults={"version": target.version})[1]


class Bookmark(PaperMark):
    """One reader's private mark on one paper, which had `version` at that time."""

    bit, control, undo, takeout_name = "saved", "bookmark", "remove", "bookmarks"
    takeout_columns, deed = ("version",), "bookmark"

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="bookmarks")
    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="bookmarks")
    version = models.PositiveSmallIntegerField()

    objects = BookmarkManager()

    class Meta:
        indexes = [models.Index(fields=["user", "created_at", "paper"], name="bookmark_of_user")]
