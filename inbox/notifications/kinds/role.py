from inbox.models.kind import NotificationKind, register
from lib.text import quoted
from orgs.roles import Role as MemberRole
from orgs.signals import role_changed


@register
class Role(NotificationKind):
    key = "role"
    title = "my role in an organisation changes"
    signal = role_changed

    def payload(self, organisation, user, role, actor) -> dict | None:
        if user == actor:
            return None
        as_role = MemberRole(role).with_article if role else ""
        facts = {"by": str(actor), "organisation": organisation.name, "slug": organisation.slug, "role": as_role}
        return {"user_id": user.pk, "subject": organisation.slug, "facts": facts}

    def text(self, facts: dict) -> str:
        if facts["role"]:
            return f"{facts['by']} made you {facts['role']} of {facts['organisation']}."
        return f"{facts['by']} removed you from {facts['organisation']}."

    def mail_subject(self, facts: dict) -> str:
        return f"Your role in {quoted(facts['organisation'])}"
