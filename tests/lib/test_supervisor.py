"""What keeps the worker running, with other commands in its place."""

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from lib import supervisor
from tests.test_house_rules import ROOT

FOREVER = "print('begun', flush=True); import time; time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {FOREVER}"


@pytest.fixture
def keep():
    """`keep(code)` → the process that keeps Python running this code, once it began."""
    kept = []

    def keep(code):
        command = [sys.executable, "-m", "lib.supervisor", sys.executable, "-c", code]
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )
        kept.append(process)
        assert process.stdout.readline() == "begun\n"
        return process

    yield keep
    for process in kept:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def child(process) -> psutil.Process:
    [found] = psutil.Process(process.pid).children()
    return found


def test_what_is_killed_comes_back_and_the_log_says_so(keep):
    process = keep(FOREVER)
    first = child(process)
    first.kill()
    assert "ended with signal 9; it is started again in 1 s" in process.stdout.readline()
    assert process.stdout.readline() == "begun\n"
    assert child(process).pid != first.pid


def test_its_lines_are_json_where_the_log_is(keep, monkeypatch):
    monkeypatch.setenv("LOG_FORMAT", "json")
    process = keep("print('begun', flush=True); raise SystemExit(3)")
    line = json.loads(process.stdout.readline())
    assert line.pop("time").endswith("+00:00")
    assert (line.keys(), line["level"]) == ({"level", "logger", "event"}, "error")
    assert "ended with exit code 3" in line["event"]


def test_what_keeps_ending_is_started_after_growing_pauses(keep):
    process = keep("print('begun', flush=True); raise SystemExit(3)")
    lines = [process.stdout.readline() for _ in range(3)]
    assert "ended with exit code 3; it is started again in 1 s" in lines[0]
    assert lines[1] == "begun\n"
    assert "again in 2 s" in lines[2]


def test_pauses_have_a_limit_and_are_forgiven(monkeypatch, caplog):
    slept, ran = [], iter([0] * 8 + [supervisor.STABLE + 1, 0])
    clock = [0.0]

    def run(command):
        clock[0] += next(ran, None) or 0
        if len(slept) == 10:
            raise SystemExit
        return 1

    monkeypatch.setattr(supervisor, "_run", run)
    monkeypatch.setattr(supervisor.signal, "signal", lambda *_: None)
    monkeypatch.setattr(supervisor.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(supervisor.time, "sleep", slept.append)
    with pytest.raises(SystemExit):
        supervisor.supervise(["work"])
    assert slept == [1, 2, 4, 8, 16, 32, 60, 60, 1, 2]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_what_it_keeps(keep, number):
    process = keep(FOREVER)
    kept = child(process)
    process.send_signal(number)
    assert process.wait(timeout=10) == 0
    assert not kept.is_running()


def test_what_does_not_end_is_killed(monkeypatch):
    process = subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, text=True)
    process.stdout.readline()
    monkeypatch.setattr(supervisor, "SHUTDOWN", 0.2)
    supervisor._end(process)
    assert process.wait() == -signal.SIGKILL
    process.stdout.close()


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_what_kills_it_takes_along_what_it_keeps(keep):
    process = keep(FOREVER)
    kept = child(process)
    process.kill()
    deadline = time.monotonic() + 10
    while kept.is_running() and kept.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not kept.is_running() or kept.status() == psutil.STATUS_ZOMBIE
