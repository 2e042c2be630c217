"""The files of moderation in the export of a user's data (`papers.people.takeout`)."""

from django.db.models import F

_SUBJECT = {"kind": F("case__kind"), "label": F("case__label")}

FILES = {
    "flags": lambda person: person.flags.order_by("pk").values("reason", "details", "created_at", **_SUBJECT),
    "moderation": lambda person: person.moderated.order_by("pk").values(
        "decision", "kind", "label", "reason", "created_at", "undone_at", "undone_reason"
    ),
    "answers_to_moderators": lambda person: person.answers_to_moderators.order_by("pk").values(
        "text", "created_at", reason=F("action__reason"), label=F("action__label")
    ),
}
