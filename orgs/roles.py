"""What each role in an organisation may do: this table, and nothing else, decides."""

from django.db.models import TextChoices


class Role(TextChoices):
    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"

    @property
    def with_article(self) -> str:
        return f"{'a' if self == self.MEMBER else 'an'} {self.value}"


EDIT = "edit, preview and publish the page"
TAG = "tag papers as the organisation's, decide what is suggested"
KEEP = "keep the organisation's collections"
INVITE = "invite and remove members"
APPOINT = "change roles, appoint owners"
SUGGEST = "suggest papers"
SEE = "see the members page, the log and private collections"

MAY = {
    Role.OWNER: {EDIT, TAG, KEEP, INVITE, APPOINT, SUGGEST, SEE},
    Role.ADMIN: {EDIT, TAG, KEEP, INVITE, SUGGEST, SEE},
    Role.MEMBER: {SUGGEST, SEE},
}
DEEDS = (SEE, SUGGEST, TAG, EDIT, KEEP, INVITE, APPOINT)


def who_may(deed: str) -> str:
    """`owners and admins`: the roles that include the deed, as a sentence names them."""
    *most, last = [f"{role}s" for role in Role if deed in MAY[role]]
    return f"{', '.join(most)} and {last}" if most else last
