"""What others do that people are told of: each kind's signal becomes a job in the transaction that sent it.

So nobody is told of what was never written, nothing that was written is forgotten, and no request waits.
"""

from functools import partial

from inbox import tasks
from inbox.kinds import Kind, kinds


def listen() -> None:
    for kind in kinds().values():
        kind.signal.connect(partial(_hear, kind), weak=False, dispatch_uid=f"inbox.{kind.key}")


def _hear(kind: Kind, sender, signal, **heard) -> None:
    note = kind.note(**heard)
    if note is not None:
        tasks.tell.defer(kind=kind.key, note=note)
