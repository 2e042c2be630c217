"""A day of readers: which addresses strangers and members request, and when; and how often a cache would have them.

All that is assumed stands here: the share of each kind of address, Zipf's law within a kind, and how many requests are
those of members.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

SECONDS = 86_400
# The share of each kind among the requests. A reader's first page brings static files; browsers then keep them.
MIX = {"lists": 0.42, "papers": 0.30, "feeds": 0.08, "api": 0.04, "files": 0.16}
EXPONENT = 1.1  # of Zipf's law: the address of rank n is requested in proportion to 1 / n ** EXPONENT
MEMBERS = 0.05  # the share of requests of people who are signed in
RETURNING = 0.3  # the share of requests for which the reader has an older answer, and sends its ETag
FRESH, STALE = 60, 600  # seconds for which a page may be kept, and be given while the next one is fetched


@dataclass(frozen=True)
class Visit:
    """A request at a second of the day, of member number `member` or of a stranger (None)."""

    at: float
    kind: str
    path: str
    member: int | None
    is_returning: bool


def visits(
    addresses: dict[str, Sequence[str]], per_day: int, span: tuple[float, float], members: int, seed: int = 1
) -> Iterator[Visit]:
    """Returns the requests between two seconds of the day, in order. `addresses` are sorted: the most popular first."""
    chance, (start, end) = Random(seed), span
    kinds, shares = zip(*MIX.items(), strict=True)
    weights = {kind: list(accumulate((rank + 1) ** -EXPONENT for rank in range(len(addresses[kind])))) for kind in MIX}
    for at in sorted(chance.uniform(start, end) for _ in range(round(per_day * (end - start) / SECONDS))):
        [kind] = chance.choices(kinds, shares)
        [path] = chance.choices(addresses[kind], cum_weights=weights[kind])
        member = chance.randrange(members) if members and chance.random() < MEMBERS else None
        yield Visit(at, kind, path, member, chance.random() < RETURNING)


def ratio_on_paper(day: Iterator[Visit]) -> float:
    """Returns the share of strangers' requests that a cache answers which begins the day empty and never has too much.

    It answers with a page until FRESH + STALE seconds after it was fetched, and fetches it anew after FRESH; it keeps
    files for ever.
    """
    fetched_at, requests, hits = {}, 0, 0
    for visit in day:
        if visit.member is not None:
            continue
        requests += 1
        age = visit.at - fetched_at.get(visit.path, -SECONDS)
        is_kept = visit.path in fetched_at and (visit.kind == "files" or age < FRESH + STALE)
        hits += is_kept
        if not is_kept or (visit.kind != "files" and age >= FRESH):
            fetched_at[visit.path] = visit.at
    return hits / requests
