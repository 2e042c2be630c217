from django.urls import reverse

from accounts.signals import moderator_appointed
from inbox.models.kind import NotificationKind, register


@register
class Appointment(NotificationKind):
    key = "appointment"
    title = "I become a moderator"
    signal = moderator_appointed

    def payload(self, actor, user, appointed: bool) -> dict | None:
        if not appointed:
            return None
        return {"user_id": user.pk, "subject": "", "facts": {"by": str(actor)}}

    def text(self, facts: dict) -> str:
        return f"{facts['by']} made you a moderator."

    def details(self, facts: dict) -> str:
        return "The pages of moderators need a second factor: an authenticator app or a passkey."

    def link(self, facts: dict) -> str:
        return reverse("moderation:queue")

    def links(self, facts: dict) -> list[tuple[str, str]]:
        return [("Set up the second factor", reverse("mfa_index"))]

    def mail_subject(self, facts: dict) -> str:
        return "You are a moderator now"
