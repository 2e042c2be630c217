from importlib import import_module

from django.apps import AppConfig
from django.urls import register_converter

from papers.identifiers import ArxivIdConverter


class PapersConfig(AppConfig):
    name = "papers"

    def ready(self) -> None:
        register_converter(ArxivIdConverter, "arxiv")
        import_module("papers.receivers")
