"""What the inbox has of a person, for the export of everything."""

from papers import portability

portability.KINDS |= {
    "notifications": lambda person: person.notifications.order_by("pk").values(
        "kind", "subject", "facts", "told_at", "read_at", "mailed_at"
    ),
    "notification_settings": lambda person: person.mail_choices.order_by("kind").values("kind", "how"),
}
