"""The API's files in the export of a user's data (`papers.people.takeout`)."""

FILES = {
    "webhooks": lambda person: person.webhooks.order_by("pk").values("address", "title", "url", "state", "created_at"),
}
