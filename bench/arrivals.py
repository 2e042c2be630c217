"""Open-loop load on a server of this machine: requests arrive by a clock that does not wait for answers.

The times between two arrivals are those of a Poisson process. What a request takes is counted from the moment when it
was due, so that a server that makes clients wait gains nothing by it. Connections are kept and used again.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from bench.servers import HOST

PATIENCE = 10  # seconds, after which a request counts as failed


@dataclass(frozen=True)
class Call:
    """A request as it is sent, and its kind, by which answers are counted."""

    kind: str
    data: bytes


@dataclass(frozen=True)
class Outcome:
    """When a request was due, in seconds since the first one could be, and what came of it. A status of 0 is none."""

    kind: str
    due: float
    seconds: float
    status: int
    size: int


class Client:
    """Sends requests to one server over as many connections as it takes."""

    def __init__(self, port: int):
        self.port, self.idle = port, deque()

    async def send(self, data: bytes) -> tuple[int, int]:
        """Returns the status of the answer and its size in bytes."""
        while self.idle:
            connection = self.idle.popleft()
            with contextlib.suppress(OSError, EOFError):  # the server may have closed it meanwhile
                return await self._exchange(connection, data)
        return await self._exchange(await asyncio.open_connection(HOST, self.port), data)

    async def _exchange(self, connection: tuple, data: bytes) -> tuple[int, int]:
        reader, writer = connection
        try:
            writer.write(data)
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            body = await reader.readexactly(int(length or 0))
        except BaseException:
            writer.close()
            raise
        self.idle.append(connection)
        return int(head.split(b" ", 2)[1]), len(head) + len(body)


async def offer(
    port: int, call: Callable[[], Call], phases: list[tuple[float, float]], *, seed: int = 1
) -> list[Outcome]:
    """Let requests arrive in phases of a rate (requests a second) and a length (seconds), one after the other."""
    client, chance, outcomes, running = Client(port), Random(seed), [], set()
    start, due = time.perf_counter(), 0.0

    async def run(call: Call, due: float) -> None:
        try:
            status, size = await asyncio.wait_for(client.send(call.data), PATIENCE)
        except (OSError, EOFError):
            status, size = 0, 0
        outcomes.append(Outcome(call.kind, due, time.perf_counter() - start - due, status, size))

    end = 0.0
    for rate, seconds in phases:
        due, end = max(due, end), end + seconds
        while (due := due + chance.expovariate(rate)) < end:
            await asyncio.sleep(start + due - time.perf_counter())
            running.add(task := asyncio.create_task(run(call(), due)))
            task.add_done_callback(running.discard)
    while running:
        await asyncio.wait(running)
    for _, writer in client.idle:
        writer.close()
    return sorted(outcomes, key=lambda outcome: outcome.due)


async def saturate(port: int, call: Callable[[], Call], clients: int, seconds: float) -> float:
    """Returns how many requests a second are answered with success while this many clients send one after the other."""
    client, deadline = Client(port), (start := time.perf_counter()) + seconds
    succeeded = 0

    async def run() -> None:
        nonlocal succeeded
        while time.perf_counter() < deadline:
            status, _ = await client.send(call().data)
            succeeded += status < 400

    await asyncio.gather(*(run() for _ in range(clients)))
    for _, writer in client.idle:
        writer.close()
    return succeeded / (time.perf_counter() - start)
