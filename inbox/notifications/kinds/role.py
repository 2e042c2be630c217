from django.urls import reverse

from inbox.models.kind import Kind, register
from lib.text import quoted
from orgs.roles import Role as OfMember
from orgs.signals import role_changed


@register
class Role(Kind):
    key = "role"
    title = "I get another role in an organisation, or am removed from it"
    signal = role_changed

    def note(self, organisation, user, role, actor) -> dict | None:
        if user == actor:
            return None
        as_role = OfMember(role).with_article if role else ""
        facts = {"by": str(actor), "organisation": organisation.name, "slug": organisation.slug, "role": as_role}
        return {"user": user.pk, "subject": organisation.slug, "facts": facts}

    def line(self, facts: dict) -> str:
        if facts["role"]:
            return f"{facts['by']} made you {facts['role']} of {facts['organisation']}."
        return f"{facts['by']} removed you from {facts['organisation']}."

    def subject(self, facts: dict) -> str:
        return f"Your role in {quoted(facts['organisation'])}"

    def link(self, facts: dict) -> str:
        return reverse("papers:org", args=[facts["slug"]])
