from collections.abc import Iterator

from allauth.account.models import EmailAddress
from django.urls import reverse

from inbox.models.kind import How, Kind, Told, register
from orgs.signals import invited


@register
class Invitation(Kind):
    """The letter with the link has gone to the address already, and only it can have the link."""

    key = "invitation"
    title = "I am invited to an organisation, by a letter to me"
    signal = invited
    default, hows = How.NEVER, (How.NEVER,)

    def note(self, invitation) -> dict:
        organisation = invitation.organisation
        facts = {"by": str(invitation.inviter), "organisation": organisation.name, "slug": organisation.slug}
        return {"email": invitation.email, "facts": facts | {"role": invitation.as_role, "email": invitation.email}}

    def told(self, email: str, facts: dict) -> Iterator[Told]:
        for address in EmailAddress.objects.filter(email__iexact=email, verified=True):
            yield Told(address.user_id, facts["slug"], facts)

    def line(self, facts: dict) -> str:
        return (
            f"{facts['by']} invites you to become {facts['role']} of {facts['organisation']}. "
            f"The link to accept is in the letter to {facts['email']}."
        )

    def link(self, facts: dict) -> str:
        return reverse("papers:org", args=[facts["slug"]])
