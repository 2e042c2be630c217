"""Six sample papers for tests of the search."""

from papers import tasks
from papers.models import Paper
from tests.factories import PaperFactory

PAPERS = {
    # name: title, abstract, authors
    "molecules": (
        "Graph neural networks for molecules",
        "We predict the toxicity of drugs from their chemical structure.",
        ["Yejin Choi", "José Núñez"],
    ),
    "decoding": (
        "Faster decoding of language models",
        "A small draft proposes several tokens, a large one verifies them. GPT-4 answers twice as fast.",
        ["Ada Lovelace"],
    ),
    "chain": (
        "Chain of thought prompting elicits reasoning",
        "Language models solve problems step by step.",
        ["Jason Wei", "Grace Hopper"],
    ),
    "survey": (
        "A survey of reasoning agents",
        "Planning, tools and memory: a chain of ideas on what makes agents thoughtful.",
        ["Lilian Weng"],
    ),
    "tumours": (
        "Segmenting tumours in magnetic resonance images",
        "A convolutional network for radiology.",
        ["Grace Choi", "Olaf Ronneberger"],
    ),
    "godel": ("Straße to Gödel", "Incompleteness, naïvely.", ["Kurt Müller-Gödel", "Pat O'Brien"]),
}


def fill() -> dict[str, Paper]:
    """Make the papers, and return them by name."""
    return {
        name: PaperFactory(title=title, abstract=abstract, authors=authors)
        for name, (title, abstract, authors) in PAPERS.items()
    }


def index() -> None:
    """Update the data of the search, as the worker does every minute."""
    tasks.index(timestamp=0)
