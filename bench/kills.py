"""Rounds of kills under a mixed load, after each of which an oracle looks for what was lost or is there twice.

    .venv/bin/python bench/kills.py [--rounds N] [--minutes M] [--seed N] [--state FILE] [--only ROUND] [--fault NAME]

SIGKILL of a web process, the main process, the worker, PostgreSQL, each alone, or of all at once, while people vote,
bookmark, comment, report, collect, follow, subscribe, submit, moderate and use the API, letters go to a real SMTP
server, and imports run. The site has a state folder of its own (var/bench/kills). Printed is what was killed, and what
is wrong, of which there must be nothing: exits with 1 otherwise. A run that is ended goes on from its state file with
the same seed. A round that failed can be played alone: --only ROUND, some times with --rounds N.

With --fault, nothing is killed: the disk of the state folder is full for a moment in each round (a small tmpfs, which
needs root), or the clock of the site jumps an hour on and back, also over the change to summer (which needs cc), or
connections to the database are cut in the middle of statements. Exits with 2 if the machine lacks what it needs.
"""

import argparse
import json
import os
import signal
import sys
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench.campaign import database  # noqa: E402
from bench.campaign.faults import CutConnection, Fault, FullDisk, JumpingClock, Missing  # noqa: E402
from bench.campaign.rounds import FAULTS, KILLS, Campaign  # noqa: E402
from bench.report import Limit, table, verdict  # noqa: E402
from bench.state import FOLDER, forget_if_outdated, hold  # noqa: E402

_REPORT_EVERY = 10  # rounds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=1_000, metavar="N")
    parser.add_argument("--minutes", type=float, default=90, metavar="M", help="no round begins after that")
    parser.add_argument("--seed", type=int, default=20, metavar="N")
    parser.add_argument("--state", type=Path, metavar="FILE", help="where to go on")
    parser.add_argument("--only", type=int, metavar="ROUND", help="play this round alone, --rounds times")
    parser.add_argument("--fault", choices=["full-disk", "clock", "cut"], help="instead of kills")
    options = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that the site ends, too
    folder = FOLDER / "-".join(filter(None, ["kills", options.fault]))
    options.state = options.state or folder.with_suffix(".json")
    hold(folder)
    forget_if_outdated(folder)
    with ExitStack() as stack:
        try:
            fault = _fault(options.fault, folder, stack)
            played = stack.enter_context(Campaign.open(folder, options.seed, fault))
        except Missing as missing:
            print(f"This machine cannot do that: {missing}.")
            return 2
        first = 1 if options.only else _resume(played, options.state)
        _play(played, options, first)
        waiting = played.finish()
    return _print(played, waiting)


def _fault(name: str | None, folder: Path, stack: ExitStack) -> Fault | None:
    match name:
        case "full-disk":
            return FullDisk()
        case "clock":
            return JumpingClock()
        case "cut":
            return CutConnection(stack.enter_context(database.running(folder / "database")))
    return None


def _play(played: Campaign, options: argparse.Namespace, first: int) -> None:
    deadline, began = time.monotonic() + 60 * options.minutes, time.monotonic()
    for number in range(first, options.rounds + 1):
        if time.monotonic() > deadline:
            print(f"{options.minutes} minutes are over.")
            break
        played.play(options.only or number)
        if not options.only:
            _save(played, options.state, number)
        if number % _REPORT_EVERY == 0:
            print(
                f"round {number:,}, {(time.monotonic() - began) / (number - first + 1):.1f} s each; {_faults(played)}"
            )


def _faults(played: Campaign) -> str:
    return ", ".join(f"{number} {fault}" for fault, number in played.faults.items() if number) or "nothing is wrong"


def _resume(played: Campaign, file: Path) -> int:
    """Go on where the last run with this seed has ended. Returns the number of the next round.

    A round that was interrupted is not judged: nobody knows which of its requests were answered.
    """
    played.adopt()
    data = json.loads(file.read_text()) if file.exists() else {}
    if data.get("seed") != played.seed:
        return 1
    print(f"Goes on after round {data['round']:,}. Delete {file} to begin anew.")
    played.ledger.counts = Counter(data["counts"])
    played.faults, played.killed = Counter(data["faults"]), Counter(data["killed"])
    played.problems, played.rounds, played.cut_off = data["problems"], data["round"], data["cut_off"]
    return data["round"] + 1


def _save(played: Campaign, file: Path, number: int) -> None:
    data = {"seed": played.seed, "round": number, "cut_off": played.cut_off, "problems": played.problems}
    data |= {"counts": played.ledger.counts, "faults": played.faults, "killed": played.killed}
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(data))
    unfinished.rename(file)


def _print(played: Campaign, waiting: int) -> int:
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    print(f"\n{os.cpu_count()} cores, load {load}; seed {played.seed}, {played.rounds:,} rounds")
    if not played.fault:
        print(table(["killed", "times"], [(name, played.killed[name]) for name in KILLS]))
    print(table(["requests", "number"], sorted(played.ledger.counts.items())))
    rows = [("accepted by the SMTP server", sum(played.post.accepted.values()))]
    rows += [("lost between the commit and the dot (docs/inbox.md, “Once”)", played.cut_off), ("waiting", waiting)]
    print(table(["letters", "number"], rows))
    for problem in played.problems + played.ledger.refusals:
        print(problem)
    return verdict([Limit(fault, played.faults[fault], 0) for fault in FAULTS] + [Limit("letters waiting", waiting, 0)])


if __name__ == "__main__":
    sys.exit(main())
