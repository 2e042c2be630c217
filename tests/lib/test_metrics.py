"""The numbers that processes write, and how they are added up."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys, os
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
from lib import metrics
for _ in range(int(sys.argv[1])):
    metrics.count_mail("sent")
metrics.count_letter("sent")
print("counted", flush=True)
sys.stdin.readline()
if sys.argv[2] == "read":
    for metric in metrics.counted():
        for sample in metric.samples:
            if sample.value:
                print(sample.name, sample.labels, sample.value)
"""


@pytest.fixture
def start(tmp_path):
    """`start(3)`: a process that has counted three mails and goes on until a line comes."""
    running = []

    def start(mails: int, then: str = "end", **more: str) -> subprocess.Popen:
        environment = os.environ | {"BROADSHEET_DATA": str(tmp_path), "METRICS_TOKEN": "a token"} | more
        command = [sys.executable, "-c", PROGRAM, str(mails), then]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True)
        running.append(process)
        assert process.stdout.readline() == "counted\n"
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "metrics").glob("*.db"))


def test_what_processes_count_is_added_up_also_if_they_were_killed(start, tmp_path):
    first, second = start(3), start(4)
    assert files(tmp_path) == ["counter_0.db", "counter_1.db"]
    first.kill()
    first.wait()
    third = start(5, "read")  # which goes on where the first one was
    assert files(tmp_path) == ["counter_0.db", "counter_1.db"]
    lines = third.communicate("\n")[0].splitlines()
    assert "broadsheet_mails_total {'outcome': 'sent'} 12.0" in lines
    assert "broadsheet_letters_total {'state': 'sent'} 3.0" in lines
    assert second.poll() is None


def test_without_a_token_nothing_is_counted(start, tmp_path):
    start(3, METRICS_TOKEN="").communicate("\n")
    assert not (tmp_path / "metrics").exists()


def test_a_start_forgets_what_processes_of_the_last_one_counted_and_nothing_of_running_ones(start, tmp_path):
    running, ended = start(1), start(1)
    ended.kill()
    ended.wait()
    program = "from lib import metrics; metrics.clear()"
    subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=os.environ | {"BROADSHEET_DATA": str(tmp_path)}, check=True
    )
    assert files(tmp_path) == ["counter_0.db"]
    assert running.poll() is None
