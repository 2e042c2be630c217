from collections.abc import Iterator

from allauth.account.models import EmailAddress

from inbox.models.kind import Delivery, NotificationData, NotificationKind, register
from orgs.signals import invited


@register
class Invitation(NotificationKind):
    """An invitation to an organisation. The page of notifications has buttons for it while it is open."""

    key = "invitation"
    title = "I am invited to an organisation"
    signal = invited
    default, deliveries = Delivery.NEVER, (Delivery.NEVER,)

    def payload(self, invitation) -> dict:
        organisation = invitation.organisation
        facts = {"by": str(invitation.inviter), "organisation": organisation.name, "slug": organisation.slug}
        return {"email": invitation.email, "facts": facts | {"role": invitation.as_role}}

    def notifications(self, email: str, facts: dict) -> Iterator[NotificationData]:
        for address in EmailAddress.objects.filter(email=email, verified=True):
            yield NotificationData(address.user_id, facts["slug"], facts)

    def text(self, facts: dict) -> str:
        return f"{facts['by']} invited you to become {facts['role']} of {facts['organisation']}."
