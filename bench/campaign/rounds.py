"""Rounds: in each, something is killed at a random moment under load, and the oracle looks at what is left.

What a round does follows from the seed and its number. How far the site has come at the moment of the kill does not, so
a round that failed is repeated several times to see it again.
"""

import random
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg

from bench.campaign import imports, load
from bench.campaign.actions import Call
from bench.campaign.faults import Fault
from bench.campaign.letters import Post
from bench.campaign.oracle import Ledger
from bench.campaign.people import Cast
from bench.campaign.site import Site
from bench.servers import HOST, free_port

KILLS = {"web process": 30, "worker": 18, "supervisor": 6, "PostgreSQL": 30, "main process": 10, "everything": 6}
LETTERS = 3  # that are due in each round
IMPORT_EVERY, SUBMIT_EVERY, AUDIT_EVERY = 15, 5, 25  # rounds
FEWEST, MOST, LONGEST = 5, 60, 10  # answers of a round before its kill, and seconds if they do not come
SHORTLY = 0.2  # seconds, at most: from the last of these answers to the kill, and from there to the end of the load
LAST_LETTERS = 150  # seconds in which the worker may send what waits at the end
REPEATS = 5  # of calls that nobody answered

# Everything of which there must be none.
FAULTS = ("lost", "doubled", "letters lost", "letters doubled", "wrong counters", "restarts that needed a second try")


@dataclass
class Campaign:
    """`faults` counts what is wrong, by FAULTS, and `problems` says where; `killed` counts what was killed."""

    site: Site
    cast: Cast
    post: Post
    seed: int
    fault: Fault | None = None
    ledger: Ledger = field(default_factory=Ledger)
    faults: Counter = field(default_factory=Counter)
    killed: Counter = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    cut_off: int = 0
    rounds: int = 0

    @classmethod
    @contextmanager
    def open(
        cls, folder: Path, seed: int, fault: Fault | None = None, template: Path | None = None
    ) -> Iterator["Campaign"]:
        """A site in this folder with its people and its SMTP server, ready for the first round.

        With a `fault`, that strikes in each round, and nothing is killed. With a `template`, the site begins with a
        copy of that state folder.
        """
        with Post().open() as post, ExitStack() as stack:
            site = Site(folder, free_port(), {"EMAIL_URL": f"smtp://{HOST}:{post.port}"})
            if fault:
                stack.enter_context(fault.prepared(site))
            if template:
                subprocess.run(["cp", "-a", f"{template}/.", str(folder)], check=True)  # with owners
            stack.callback(site.stop)
            site.start()
            yield cls(site, Cast.read(site.module("bench.campaign.people")), post, seed, fault)

    def play(self, number: int, only: str = "") -> None:
        """Play this round, and count what is wrong after it. `only` names what is killed."""
        seed, submits = f"{self.seed} {number}", number % SUBMIT_EVERY == 0
        chance = random.Random(seed)
        prefix = f"{self.seed}-{number}-{int(time.time() * 1_000)}"  # no text comes twice, although a round may
        target = only or chance.choices(list(KILLS), list(KILLS.values()))[0]
        begun = self._begin(number, prefix)
        with load.at_work(self.site, self.ledger, self.cast, prefix, seed=seed, submits=submits) as calls:
            self._await(chance.randint(FEWEST, MOST))
            time.sleep(chance.uniform(0, SHORTLY))
            if self.fault:
                self.fault.strike(chance)
            else:
                self._kill(target, chance)
            time.sleep(chance.uniform(0, SHORTLY))
        if self.fault:
            self.fault.relieve()
        self._start_again(number)
        if begun:
            imports.kill_and_finish(self.site, self.ledger, *begun, chance)
        self._repeat(calls, prefix)
        self.rounds += 1
        self._judge(number)
        if self.rounds % AUDIT_EVERY == 0:
            self.audit(number)

    def finish(self, seconds: float = LAST_LETTERS) -> int:
        """Let the worker send what waits, audit the counters, and return how many letters wait still."""
        deadline = time.monotonic() + seconds
        while (waiting := self._judge_letters("end")) and time.monotonic() < deadline:
            with self._connect() as connection:
                self.post.plan(connection, "", 0)
            time.sleep(1)
        self._judge("end")
        self.audit("end")
        return waiting

    def audit(self, number: int | str) -> None:
        """Count the counters that `manage.py audit` finds wrong."""
        process = self.site.command("audit", output=subprocess.PIPE)
        output, _ = process.communicate()
        wrong = [line for line in output.splitlines() if ", should be " in line]
        if process.returncode and not wrong:
            raise RuntimeError(output)
        self._note("wrong counters", number, wrong)

    def adopt(self) -> None:
        """Take whatever is in the database for right: the load of a round that was interrupted."""
        with self._connect() as connection:
            self.ledger.adopt(connection)
            self.post.adopt(connection)

    @property
    def is_clean(self) -> bool:
        return not any(self.faults.values())

    # --- parts of a round -----------------------------------------------------------------------

    def _begin(self, number: int, prefix: str) -> tuple | None:
        """Let letters be due. Begins an import in some rounds."""
        with self._connect() as connection:
            self.post.plan(connection, prefix, LETTERS)
        if number % IMPORT_EVERY:
            return None
        path, ids = imports.write(Path(self.site.folder), number // IMPORT_EVERY)
        return imports.start(self.site, path), path, ids

    def _await(self, answers: int) -> None:
        """Wait until the site has acknowledged this many more requests, for at most LONGEST seconds."""
        enough, deadline = self.ledger.counts["acknowledged"] + answers, time.monotonic() + LONGEST
        while self.ledger.counts["acknowledged"] < enough and time.monotonic() < deadline:
            time.sleep(0.005)

    def _kill(self, target: str, chance: random.Random) -> None:
        processes = self._processes(target, chance)
        if not processes:  # the worker's supervisor pauses after a kill
            target = "PostgreSQL"
            processes = self._processes(target, chance)
        for process in processes if target == "everything" else []:
            _signal(process.suspend)
        for process in processes:
            _signal(process.kill)
        if target in ("main process", "everything"):
            self.site.process.wait()  # until then it looks as if it still ran
        self.killed[target] += 1

    def _processes(self, target: str, chance: random.Random) -> list[psutil.Process]:
        match target:
            case "web process":
                return [chance.choice(self.site.web())]
            case "worker":
                found = [self.site.worker()]
            case "supervisor":
                found = [self.site.supervisor()]
            case "PostgreSQL":
                found = [self.site.postmaster()]
            case "main process":
                found = [self.site.main()]
            case _:
                found = self.site.everything()
        return [process for process in found if process]

    def _start_again(self, number: int) -> None:
        """Wait until the site is ready. It is only started if its main process was killed."""
        before = self.site.second_tries
        self.site.start()
        more = self.site.second_tries - before
        self._note("restarts that needed a second try", number, [self.site.log.read_text()[-500:]] * more)

    def _repeat(self, calls: list[Call], prefix: str) -> None:
        for _ in range(REPEATS):
            if calls:
                calls = load.repeat(self.site, self.ledger, self.cast, calls, prefix)
        if calls:
            raise RuntimeError(f"Nobody answers these calls although the site is ready: {calls}")

    def _judge(self, number: int | str) -> None:
        with self._connect() as connection:
            wrong = self.ledger.compare(connection)
        self._note("doubled", number, [str(each) for each in wrong if each.is_doubled])
        self._note("lost", number, [str(each) for each in wrong if not each.is_doubled])
        self._judge_letters(number)

    def _judge_letters(self, number: int | str) -> int:
        with self._connect() as connection:
            letters = self.post.compare(connection)
        self._note("letters lost", number, letters.lost)
        self._note("letters doubled", number, letters.doubled)
        self.cut_off += letters.cut_off
        return letters.waiting

    def _note(self, fault: str, number: int | str, problems: list[str]) -> None:
        self.faults[fault] += len(problems)
        self.problems += [f"{fault}, seed {self.seed}, round {number}: {problem}" for problem in problems]

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(self.site.url, autocommit=True)


def _signal(send) -> None:
    with suppress(psutil.NoSuchProcess):
        send()
