from tests.papers.conftest import arxiv

__all__ = ["arxiv"]
