from importlib import import_module
from pathlib import Path

from django.apps import AppConfig
from django.urls import register_converter

from papers.identifiers import ArxivIdConverter


class PapersConfig(AppConfig):
    name = "papers"

    def ready(self) -> None:
        register_converter(ArxivIdConverter, "arxiv")
        import_module("papers.receivers")
        import_module("papers.lists.general")
        for module in Path(__file__).parent.glob("*/lists.py"):
            import_module(f"papers.{module.parent.name}.lists")
