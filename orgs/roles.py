"""What each role in an organisation may do. Permissions are read from this table and from nowhere else."""

from django.db.models import TextChoices


class Role(TextChoices):
    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"

    @property
    def with_article(self) -> str:
        return f"{'a' if self == self.MEMBER else 'an'} {self.value}"


EDIT = "edit, preview and publish the page"
TAG = "tag papers, decide on suggestions"
KEEP = "manage the organisation's collections"
CONNECT = "manage the organisation's webhooks"
INVITE = "invite and remove members"
APPOINT = "change roles, appoint owners"
SUGGEST = "suggest papers"
SEE = "see members, activity and private collections"

MAY = {
    Role.OWNER: {EDIT, TAG, KEEP, CONNECT, INVITE, APPOINT, SUGGEST, SEE},
    Role.ADMIN: {EDIT, TAG, KEEP, CONNECT, INVITE, SUGGEST, SEE},
    Role.MEMBER: {SUGGEST, SEE},
}
PERMISSIONS = (SEE, SUGGEST, TAG, EDIT, KEEP, CONNECT, INVITE, APPOINT)


def roles_with(permission: str) -> list[Role]:
    """The roles that include the permission."""
    return [role for role, permissions in MAY.items() if permission in permissions]


def who_may(permission: str) -> str:
    """The roles that include the permission, as a sentence names them: "owners and admins"."""
    *most, last = [f"{role}s" for role in roles_with(permission)]
    return f"{', '.join(most)} and {last}" if most else last
