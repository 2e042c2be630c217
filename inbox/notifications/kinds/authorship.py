from inbox.models.kind import NotificationKind, register
from lib.tex import plain
from lib.text import quoted
from papers.models import AuthorClaim
from papers.models.authorclaimqueryset import AT_ONCE
from papers.signals import authorship_decided

_OUTCOMES = {
    "granted": "approved",
    "refused": "declined",
    "withdrawn": "withdrawn",
    "waiting": "reopened",
    "open": "reopened",
    "released": "left released",
}


@register
class Authorship(NotificationKind):
    key = "authorship"
    title = "my claim to be an author of a paper is decided"
    signal = authorship_decided

    def payload(self, claim: AuthorClaim) -> dict | None:
        """None for a claim that was granted at once, which the person has just seen."""
        if claim.state == "granted" and claim.proof in AT_ONCE:
            return None
        facts = {"title": claim.paper.title, "arxiv_id": claim.paper.arxiv_id, "name": claim.name}
        facts |= {"state": claim.state, "reason": claim.reason}
        return {"user_id": claim.user_id, "subject": f"{claim.pk}", "facts": facts}

    def text(self, facts: dict) -> str:
        title = plain(facts["title"])
        match facts["state"]:
            case "granted":
                return f"You are now marked as the author {facts['name']} of “{title}”."
            case "refused":
                return f"Your claim to be {facts['name']} of “{title}” was declined."
            case "open" | "waiting" | "released":
                return f"Moderators took back their decision on your claim to be {facts['name']} of “{title}”."
            case _:
                return f"Moderators withdrew your claim to be {facts['name']} of “{title}”."

    def details(self, facts: dict) -> str:
        return facts["reason"] and f"Reason from the moderators:\n\n{facts['reason']}"

    def mail_subject(self, facts: dict) -> str:
        outcome = _OUTCOMES[facts["state"]]
        return f"Your claim to {quoted(plain(facts['title']))} was {outcome}"
