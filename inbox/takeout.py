"""What of this room is in the archive of all that a person has (`papers.portability`)."""

from inbox.models import Subscription

KINDS = {
    "subscriptions": lambda person: (
        Subscription.objects.of_person(person)
        .order_by("pk")
        .values(
            "email", "title", "address", "cadence", "hour", "zone", "most", "state", "why", "asked_at", "confirmed_at"
        )
    ),
    "notifications": lambda person: person.notifications.order_by("pk").values(
        "kind", "subject", "facts", "told_at", "read_at", "mailed_at"
    ),
    "notification_settings": lambda person: person.mail_choices.order_by("kind").values("kind", "how"),
}
