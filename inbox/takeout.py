"""The inbox's files in the export of a user's data (`papers.people.takeout`)."""

from inbox.models import Subscription

_SUBSCRIPTION = [
    *("email", "title", "address", "cadence", "hour", "zone", "most", "state", "end_reason", "requested_at"),
    "confirmed_at",
]

FILES = {
    "subscriptions": lambda person: Subscription.objects.of_person(person).order_by("pk").values(*_SUBSCRIPTION),
    "notifications": lambda person: person.notifications.order_by("pk").values(
        "kind", "subject", "facts", "notified_at", "read_at", "mailed_at"
    ),
    "notification_settings": lambda person: person.mail_choices.order_by("kind").values("kind", "delivery"),
}
