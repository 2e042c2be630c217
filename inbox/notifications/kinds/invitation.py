from collections.abc import Iterator

from allauth.account.models import EmailAddress

from inbox.models.kind import Delivery, NotificationData, NotificationKind, register
from orgs.signals import invited


@register
class Invitation(NotificationKind):
    """An invitation to an organisation. Its link is in the mail to the invited address and nowhere else."""

    key = "invitation"
    title = "I am invited to an organisation, by a letter to me"
    signal = invited
    default, deliveries = Delivery.NEVER, (Delivery.NEVER,)

    def payload(self, invitation) -> dict:
        organisation = invitation.organisation
        facts = {"by": str(invitation.inviter), "organisation": organisation.name, "slug": organisation.slug}
        return {"email": invitation.email, "facts": facts | {"role": invitation.as_role, "email": invitation.email}}

    def notifications(self, email: str, facts: dict) -> Iterator[NotificationData]:
        for address in EmailAddress.objects.filter(email=email, verified=True):
            yield NotificationData(address.user_id, facts["slug"], facts)

    def text(self, facts: dict) -> str:
        return (
            f"{facts['by']} invites you to become {facts['role']} of {facts['organisation']}. "
            f"The link to accept is in the letter to {facts['email']}."
        )
