from django.db import models


class ClaimState(models.TextChoices):
    """WAITING: for moderators. RELEASED: the claimant took it back, before or after it was granted."""

    OPEN = "open"
    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    RELEASED = "released"


UNDECIDED = [ClaimState.OPEN, ClaimState.WAITING]
STANDING = [*UNDECIDED, ClaimState.GRANTED]  # in the order of how far they are


class Proof(models.TextChoices):
    """What a claim was granted for. All but MODERATORS need nobody."""

    ORCID = "orcid", "ORCID"
    MAIL = "mail", "Email address"
    REPOSITORY = "repository", "Repository"
    PAGE = "page", "Project page"
    MODERATORS = "moderators", "Moderators"


AT_ONCE = [Proof.ORCID, Proof.MAIL]  # are tried when the claim is made, since nothing has to be fetched for them


class AuthorClaimQuerySet(models.QuerySet):
    def standing(self):
        """Claims that are open, wait for moderators, or are granted. A person has at most one for each paper."""
        return self.filter(state__in=STANDING)

    def granted(self):
        return self.filter(state=ClaimState.GRANTED)

    def granted_to(self, user):
        return self.granted().filter(user=user.pk)

    def waiting(self):
        """The claims that wait for moderators, the oldest first, with what a queue shows."""
        return self.filter(state=ClaimState.WAITING).select_related("user", "paper").order_by("waiting_since", "pk")
