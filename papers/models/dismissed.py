from django.db import models

from papers.models.mark import PaperMark


class Dismissed(PaperMark):
    """One reader does not want to see one paper in lists that the site makes: see `List.hides_dismissed`."""

    bit, control, undo, takeout_name = "dismissed", "dismiss", "undo", "dismissed"
    verb = "dismiss"
    confirmation = "Dismissed “{}”. You can undo this on the page of dismissed papers."

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="dismissals")

    class Meta:
        indexes = [models.Index(fields=["user", "created_at", "paper"], name="dismissed_by_user")]
