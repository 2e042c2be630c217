"""How well and how fast TeX is read: `.venv/bin/python bench/tex.py [--data FOLDER]`.

Reads the titles and abstracts of all papers in the folder's hub_daily, arxiv_atom and oai_pmh. Prints how many formulas
stay as their source, which commands do, in how many abstracts, and the milliseconds from a text to its HTML. The
yardstick is pylatexenc's parser, as it is, with the same texts. Exits with 1 if a limit is missed.

An author's own command, such as \\ours, cannot be read, since its definition is not in the text.
"""

import argparse
import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median, quantiles

sys.path[0] = str(Path(__file__).resolve().parent.parent)
os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": "postgres://"}  # none is used

from pylatexenc.latexwalker import LatexWalker  # noqa: E402

from bench.report import Limit, table, verdict  # noqa: E402
from bench.state import PAPERS  # noqa: E402
from lib import tex  # noqa: E402
from lib.tex import formula, reader  # noqa: E402
from lib.tex.nodes import Formula, Link, Node, Source, Styled, Text  # noqa: E402
from papers.ingest import arxiv, files, hub  # noqa: E402
from papers.ingest.record import PaperRecord  # noqa: E402


def records(folder: Path) -> Iterator[PaperRecord]:
    sources = {hub: "hub_daily/*.json.gz", arxiv: "*/*.xml"}
    for module, pattern in sources.items():
        for path in sorted(folder.glob(pattern)):
            found = module.parse(files.read(str(path)), path.name)
            yield from (record for record in found if isinstance(record, PaperRecord))


def nodes(children: Iterable[Node]) -> Iterator[Node]:
    for node in children:
        yield node
        if isinstance(node, Styled | Link):
            yield from nodes(node.children)


def nodes_of(text: str) -> list[Node]:
    return [node for paragraph in reader.read(text) for node in nodes(paragraph)]


def read_anew(text: str) -> None:
    reader.read.cache_clear()
    formula.mathml.cache_clear()
    tex.paragraphs(tex.read(text))


def milliseconds(function: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    times = []
    for text in texts:
        began = time.perf_counter()
        function(text)
        times.append((time.perf_counter() - began) * 1_000)
    return times


def row(name: str, times: list[float]) -> tuple:
    centiles = quantiles(times, n=100)
    return name, len(times), median(times), centiles[94], centiles[98], max(times)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=PAPERS.parent, metavar="FOLDER")
    papers = {record.arxiv_id: record for record in records(parser.parse_args().data)}
    texts = [text for paper in papers.values() for text in (paper.title, paper.abstract) if text]
    with_tex = [text for text in texts if any(sign in text for sign in "\\${}")]
    print(f"{len(papers):,} papers, {len(texts):,} texts, of which {len(with_tex):,} have signs of TeX")

    read = Counter(type(node) for text in texts for node in nodes_of(text))
    sources = Counter(node.text for text in texts for node in nodes_of(text) if isinstance(node, Source))
    commands = {text: n for text, n in sources.items() if not text.startswith(("$", "\\(", "\\[", "\\begin"))}
    unread = sum(sources.values()) - sum(commands.values())
    print("Left as source:", *(f"{text} ({n})" if n > 1 else text for text, n in sources.most_common()), sep="  ")
    stray = sum("\\" in tex.plain(paper.abstract or "") for paper in papers.values())
    print(f"{stray} abstracts have a backslash left, and {read[Text]:,} texts, {read[Formula]:,} formulas were read.")

    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)
    ours = [milliseconds(read_anew, selected) for selected in (texts, with_tex)]
    yardstick = milliseconds(lambda text: LatexWalker(text).get_latex_nodes(), texts)
    names = ("text to HTML", "with signs of TeX", "pylatexenc's parser alone")
    rows = [row(name, times) for name, times in zip(names, [*ours, yardstick], strict=True)]
    print(table(["milliseconds", "texts", "median", "p95", "p99", "max"], rows))
    return verdict(
        [
            Limit("formulas left as source, %", 100 * unread / (read[Formula] + unread), 0.5),
            Limit("abstracts with a backslash, of 1,000", 1_000 * stray / len(papers), 1),
            Limit("milliseconds, median", median(ours[0]), 1),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
