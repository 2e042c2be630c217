from inbox.models.kind import NotificationKind, register
from lib.text import quoted
from orgs.signals import claim_decided


@register
class Claim(NotificationKind):
    key = "claim"
    title = "moderators decide on my claim to an organisation"
    signal = claim_decided

    def payload(self, claim) -> dict:
        organisation = claim.organisation
        facts = {"organisation": organisation.name, "slug": organisation.slug}
        facts |= {"granted": claim.state == "granted", "answer": claim.answer}
        return {"user_id": claim.user_id, "subject": f"{claim.pk}", "facts": facts}

    def text(self, facts: dict) -> str:
        outcome = "approved" if facts["granted"] else "declined"
        return f"Your claim to {facts['organisation']} was {outcome}."

    def details(self, facts: dict) -> str:
        return facts["answer"] and f"Reply from the moderators:\n\n{facts['answer']}"

    def mail_subject(self, facts: dict) -> str:
        return f"Your claim to {quoted(facts['organisation'])} was {'approved' if facts['granted'] else 'declined'}"
