from importlib import import_module
from pathlib import Path

from django.apps import AppConfig
from django.urls import register_converter

from papers.identifiers import ArxivIdConverter

# Settings of PostgreSQL for search. The index of vectors goes on until it has enough that match: while the worker
# replaces the vectors of one model by another's, few of the nearest are of the model that is wanted. And no statement
# is compiled to machine code, which takes longer than the statement.
_SEARCH = {"hnsw.iterative_scan": "relaxed_order", "jit": "off"}


class PapersConfig(AppConfig):
    name = "papers"

    def ready(self) -> None:
        register_converter(ArxivIdConverter, "arxiv")
        import_module("lib.database.base").SESSION.update(_SEARCH)
        import_module("papers.receivers")
        import_module("papers.lists.general")
        for module in Path(__file__).parent.glob("*/lists.py"):
            import_module(f"papers.{module.parent.name}.lists")
