from importlib import import_module

from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "inbox"

    def ready(self) -> None:
        import_module("inbox.notifications.kinds").discover()
        import_module("inbox.receivers").listen()
        unread_count = import_module("inbox.models.notification").UNREAD_COUNT
        import_module("accounts.sessions").COLUMNS["unread_count"] = unread_count
        import_module("papers.people.takeout").FILES.update(import_module("inbox.takeout").FILES)
