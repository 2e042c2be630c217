from importlib import import_module

from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "inbox"

    def ready(self) -> None:
        import_module("inbox.notifications.kinds").discover()
        import_module("inbox.receivers").listen()
        import_module("papers.people.takeout").FILES.update(import_module("inbox.takeout").FILES)
