from django.db.models import TextChoices


class Reason(TextChoices):
    """Why somebody flags something."""

    SPAM = "spam", "Spam or advertising"
    ABUSE = "abuse", "Insults, threats or harassment"
    MISLEADING = "misleading", "False or misleading, or pretends to be somebody else"
    PRIVATE = "private", "Private data, or somebody else's copyright"
    OFF_TOPIC = "off_topic", "Off topic"
    LINK = "link", "The link to the code or the project is wrong"
    DUPLICATE = "duplicate", "The same paper is listed twice"
    OTHER = "other", "Something else"


_OF_PAPERS = {Reason.LINK, Reason.DUPLICATE}
_NOT_OF_PAPERS = {Reason.ABUSE}


def reasons_for(kind: str) -> list[Reason]:
    """The reasons for which something of this kind can be flagged."""
    return [reason for reason in Reason if reason not in (_NOT_OF_PAPERS if kind == "paper" else _OF_PAPERS)]
