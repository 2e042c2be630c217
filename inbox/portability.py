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
}
