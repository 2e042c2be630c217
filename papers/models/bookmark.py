from django.db import models

from papers.models.mark import MarkManager, PaperMark


class BookmarkManager(MarkManager):
    def values_of(self, target) -> dict:
        return {"version": target.version}


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
