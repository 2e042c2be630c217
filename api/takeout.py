"""The API's files in the export of a user's data (`papers.people.takeout`)."""

FILES = {
    "access_tokens": lambda person: person.tokens.order_by("pk").values(
        "name", "scopes", "created_at", "expires_at", "last_used_at"
    ),
    "webhooks": lambda person: person.webhooks.order_by("pk").values("address", "title", "url", "state", "created_at"),
}
