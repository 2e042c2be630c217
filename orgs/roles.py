"""What each role in an organisation may do: this table, and nothing else, decides."""

from django.db.models import TextChoices


class Role(TextChoices):
    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"


EDIT = "edit, preview and publish the page"
TAG = "tag papers as the organisation's, decide what is suggested"
KEEP = "keep the organisation's collections"
INVITE = "invite and remove members"
APPOINT = "change roles, appoint owners"
SUGGEST = "suggest papers"
SEE = "see the log and private collections"

MAY = {
    Role.OWNER: {EDIT, TAG, KEEP, INVITE, APPOINT, SUGGEST, SEE},
    Role.ADMIN: {EDIT, TAG, KEEP, INVITE, SUGGEST, SEE},
    Role.MEMBER: {SUGGEST, SEE},
}
DEEDS = (SEE, SUGGEST, TAG, EDIT, KEEP, INVITE, APPOINT)
