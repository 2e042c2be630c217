from django.db import models

from papers.models.content import ContentFields


class CommentRevision(ContentFields):
    """A former content of a comment, from `written_at` until `replaced_at`."""

    comment = models.ForeignKey("papers.Comment", models.CASCADE, related_name="revisions", db_index=False)
    written_at = models.DateTimeField()
    replaced_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["comment", "id"], name="revision_of_comment")]
