from django.db import models

from papers.models.mark import PaperMark


class Bookmark(PaperMark):
    """One reader's private mark on one paper."""

    bit, control, undo, takeout_name = "saved", "bookmark", "remove", "bookmarks"
    deed = "bookmark"

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="bookmarks")
    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="bookmarks")

    class Meta:
        indexes = [models.Index(fields=["user", "created_at", "paper"], name="bookmark_of_user")]
