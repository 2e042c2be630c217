"""Which actions a member may take on a paper's affiliation."""

from dataclasses import dataclass

from orgs.roles import MAY, SUGGEST, TAG
from papers.models import State

DECISIONS = {
    "": {"tag": "Tag"},
    State.SUGGESTED: {"tag": "Accept", "untag": "Decline"},
    State.ACCEPTED: {"untag": "Untag"},
    State.REFUSED: {"tag": "Accept"},
}


@dataclass(frozen=True)
class Offer:
    """One organisation's name and slug, a member's role in it, and the paper's state there ("": none).

    `is_own`: the member has suggested the paper.
    """

    organisation: str
    slug: str
    role: str
    state: str
    is_own: bool

    @property
    def acts(self) -> dict[str, str]:
        """What the member may do: the name of an address → what its button says."""
        permissions = MAY[self.role]
        if TAG in permissions:
            return DECISIONS[self.state]
        if SUGGEST in permissions and self.state == "":
            return {"suggest": "Suggest"}
        return {"withdraw": "Withdraw"} if self.state == State.SUGGESTED and self.is_own else {}
