from importlib import import_module

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"

    def ready(self) -> None:
        import_module("api.receivers")
        import_module("papers.people.takeout").FILES.update(import_module("api.takeout").FILES)
