from inbox.models.kind import NotificationKind, register
from lib.text import quoted
from orgs.signals import claim_decided


@register
class Claim(NotificationKind):
    key = "claim"
    title = "Moderators decide whether an organisation’s page is mine"
    signal = claim_decided

    def payload(self, claim) -> dict:
        organisation = claim.organisation
        facts = {"organisation": organisation.name, "slug": organisation.slug}
        facts |= {"granted": claim.state == "granted", "answer": claim.answer}
        return {"user_id": claim.user_id, "subject": f"{claim.pk}", "facts": facts}

    def text(self, facts: dict) -> str:
        outcome = "you are its owner now" if facts["granted"] else "a moderator refused"
        return f"You asked for the page of {facts['organisation']}, and {outcome}."

    def details(self, facts: dict) -> str:
        return facts["answer"] and f"The answer of the moderators:\n\n{facts['answer']}"

    def mail_subject(self, facts: dict) -> str:
        return f"Your claim to {quoted(facts['organisation'])} was {'granted' if facts['granted'] else 'refused'}"
