from importlib import import_module

from django.apps import AppConfig
from django.urls import register_converter


class ModerationConfig(AppConfig):
    name = "moderation"

    def ready(self) -> None:
        register_converter(import_module("moderation.subjects").KindConverter, "kind")
        import_module("moderation.receivers")
        import_module("papers.people.takeout").FILES.update(import_module("moderation.takeout").FILES)
