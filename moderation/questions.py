from django.db.models import TextChoices


class Question(TextChoices):
    """What moderators have to decide."""

    FLAGS = "flags", "Flagged"
    ANSWER = "answer", "Answer from a person concerned"
    VOTES = "votes", "Upvotes under review"
    AUTHORSHIP = "authorship", "Claim of authorship"


# The names of the factors of a suspected ring (`papers.rings`), as /about/ranking has them.
FACTORS = {
    "together": "Upvoted together",
    "new": "New accounts",
    "network": "Shared networks",
    "devoted": "Devoted voters",
    "burst": "Burst",
}
