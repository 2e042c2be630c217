"""All lines measured in turn, several times over, so that noise hits all of them; told is the median of the rounds."""

from dataclasses import dataclass
from statistics import median

from bench.load import CLIENTS, ROUNDS, Line, measure
from bench.report import table


@dataclass(frozen=True)
class Slice:
    """One line in one round; times in ms."""

    rate: float | None
    p50: float
    p95: float
    cpu: float
    wire_bytes: float
    rows: float


type Results = dict[str, list[Slice]]  # of each line, by its name, one a round


def rounds(lines: list[Line], seconds: float) -> Results:
    """`seconds`: for each line and way of asking, all rounds together."""
    results = {line.name: [] for line in lines}
    for _ in range(ROUNDS):
        for line in lines:
            results[line.name].append(_slice(line, seconds / ROUNDS))
    return results


def _slice(line: Line, seconds: float) -> Slice:
    if line.repeatable:
        measure(line, 0.05)
    before = line.server.cpu_seconds()
    answers, _ = measure(line, seconds)
    times = sorted(answer.milliseconds for answer in answers)
    at_once, elapsed = measure(line, seconds, CLIENTS) if line.repeatable else ([], 1)
    requests = len(answers) + len(at_once)
    return Slice(
        rate=len(at_once) / elapsed if at_once else None,
        p50=median(times),
        p95=times[int(0.95 * len(times))],
        cpu=(line.server.cpu_seconds() - before) * 1_000 / requests,
        wire_bytes=median(answer.wire_bytes for answer in answers),
        rows=median(answer.rows for answer in answers),
    )


def p50(results: Results, name: str) -> float:
    return median(slice.p50 for slice in results[name])


def report(lines: list[Line], results: Results) -> str:
    """A row for each line. "× …" compares p50 with that of the first line in the same round."""
    first, yardstick = lines[0].name, results[lines[0].name]
    rows = []
    for line in lines:
        slices = results[line.name]
        ratio = median(slice.p50 / unit.p50 for slice, unit in zip(slices, yardstick, strict=True))
        rate = median(slice.rate for slice in slices) if line.repeatable else None
        columns = ([getattr(slice, name) for slice in slices] for name in ("rows", "p50", "p95", "cpu", "wire_bytes"))
        count, p50, p95, cpu, wire_bytes = map(median, columns)
        rows.append((line.name, int(count) or None, rate, p50, p95, f"{ratio:.1f}", cpu, wire_bytes))
    times = f"× {first.partition(' ')[0]}"
    return table(["page", "rows", "requests/s", "p50 ms", "p95 ms", times, "CPU ms", "wire bytes"], rows)
