from collections.abc import Iterable

from django.urls import reverse

from inbox.models.kind import NotificationData, NotificationKind, register
from moderation.decisions import DECISIONS
from moderation.models import Action
from moderation.signals import action_changed


@register
class Moderation(NotificationKind):
    key = "moderation"
    title = "moderators decide about what I wrote, about my page or about me"
    signal = action_changed

    def payload(self, action) -> dict | None:
        return {"action": action.pk} if action.people.exists() else None

    def notifications(self, action: int) -> Iterable[NotificationData]:
        row = Action.objects.filter(pk=action).first()
        if row is None:
            return []
        is_undone = row.undone_at is not None
        reason = row.undone_reason if is_undone else row.reason
        facts = {"action": row.pk, "is_undone": is_undone, "reason": reason} | _subject(row)
        return [NotificationData(pk, str(row.pk), facts) for pk in row.people.values_list("pk", flat=True)]

    def text(self, facts: dict) -> str:
        if facts["is_undone"]:
            return f"Moderators took back this decision: they {facts['text']}."
        return f"Moderators {facts['text']}."

    def details(self, facts: dict) -> str:
        return f"Reason: {facts['reason']}"

    def link(self, facts: dict) -> str:
        return reverse("moderation:action", args=[facts["action"]])

    def links(self, facts: dict) -> list[tuple[str, str]]:
        subject = [(facts["label"], facts["url"])] if facts["url"] else []
        if facts["is_undone"]:
            return subject
        return [*subject, ("Answer", reverse("moderation:answer", args=[facts["action"]]))]

    def mail_subject(self, facts: dict) -> str:
        return "A decision of the moderators"


def _subject(action: Action) -> dict[str, str]:
    """What was done, as those read it whom it concerns, and the title and address of what it was done to."""
    row, url = action.subject(), action.url
    if row:
        action.label, url = action.subject_kind.label_for_people(row), action.subject_kind.url(row)
    text = DECISIONS[action.decision].past_for_owner or action.text
    label = "Your page" if action.kind == "person" else action.label
    return {"text": text, "label": label[0].upper() + label[1:], "url": url}
