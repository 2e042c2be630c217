"""How far a backup or a restore is, on stderr: a bar on a terminal, otherwise a line when a step has ended."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


@contextmanager
def step(stderr, name: str, total: int) -> Iterator[Callable[[], None]]:
    """Yields a function that is to be called once for each of the things that this step has to do."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), disable=not stderr.isatty()) as progress:
        task = progress.add_task(name, total=total)
        yield partial(progress.advance, task)
    if progress.disable:
        stderr.write(f"{name}: {progress.tasks[task].completed:,.0f} of {total:,}")
