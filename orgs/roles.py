"""What each role in an organisation may do: this table, and nothing else, decides."""

from django.db.models import TextChoices


class Role(TextChoices):
    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"


EDIT = "edit the page"

MAY = {
    Role.OWNER: {EDIT},
    Role.ADMIN: {EDIT},
    Role.MEMBER: set(),
}
