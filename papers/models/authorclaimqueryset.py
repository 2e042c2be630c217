from django.db import models
from django.db.models import Case, When

from lib.refusals import NotAllowed


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
DENIED = [ClaimState.REFUSED, ClaimState.WITHDRAWN]


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

    def denied(self):
        """Claims against which moderators have decided."""
        return self.filter(state__in=DENIED)

    def granted_to(self, user):
        return self.granted().filter(user=user.pk)

    def current_first(self):
        """The claims in the order in which they matter to their person: one that stands, then the latest."""
        return self.order_by(Case(When(state__in=STANDING, then=0), default=1), "-pk")

    def waiting(self):
        """The claims that wait for moderators, the oldest first, with what a queue shows."""
        return self.filter(state=ClaimState.WAITING).select_related("user", "paper").order_by("waiting_since", "pk")

    def demand(self, user):
        """Returns the claim that was granted to the user; called on `paper.author_claims`. Raises NotAllowed."""
        claim = self.granted_to(user).first()
        if claim is None:
            raise NotAllowed("Only people who have claimed their name on this paper can do this.")
        return claim
