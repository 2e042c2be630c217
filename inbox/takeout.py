"""The inbox's files in the export of a user's data (`papers.people.takeout`)."""

from django.db.models import F

from inbox.models import Subscription

_SUBSCRIPTION = ["email", "title", "address", "cadence", "hour", "zone", "most", "state", "confirmed_at"]

FILES = {
    "subscriptions": lambda person: (
        Subscription.objects.of_person(person)
        .order_by("pk")
        .values(*_SUBSCRIPTION, why=F("end_reason"), asked_at=F("requested_at"))
    ),
    "notifications": lambda person: person.notifications.order_by("pk").values(
        "kind", "subject", "facts", "read_at", "mailed_at", told_at=F("notified_at")
    ),
    "notification_settings": lambda person: person.mail_choices.order_by("kind").values("kind", how=F("delivery")),
}
