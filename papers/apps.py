from importlib import import_module

from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "papers"

    def ready(self) -> None:
        import_module("papers.receivers")
