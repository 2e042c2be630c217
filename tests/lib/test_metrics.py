"""The numbers that processes write, and how they are added up."""

import os
import shutil
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
metrics.write()
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
        environment["SECRET_KEY"] = "of this test"  # which nothing has to store
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


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_on_a_full_disk_the_process_goes_on_and_writes_its_numbers_when_there_is_room(start, tmp_path):
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "small", tmp_path], check=True)
    try:
        with pytest.raises(OSError, match="No space left"):
            (tmp_path / "ballast").write_bytes(bytes(shutil.disk_usage(tmp_path).free + 1))
        process = start(3, "read")
        (tmp_path / "ballast").unlink()
        lines = process.communicate("\n")[0].splitlines()
    finally:
        subprocess.run(["umount", "--lazy", tmp_path], check=True)
    assert "broadsheet_mails_total {'outcome': 'sent'} 3.0" in lines
    assert process.returncode == 0


def test_more_numbers_than_fit_into_one_page_of_a_file_are_read_back_by_the_next_process(start, tmp_path):
    program = "from lib import metrics; [metrics.count_mail(f'outcome {n}') for n in range(100)]"  # written at the end
    environment = os.environ | {"BROADSHEET_DATA": str(tmp_path), "METRICS_TOKEN": "a token"}
    setup = "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'; "
    subprocess.run([sys.executable, "-c", setup + program], cwd=ROOT, env=environment, check=True)
    lines = start(1, "read").communicate("\n")[0].splitlines()
    assert [f"broadsheet_mails_total {{'outcome': 'outcome {n}'}} 1.0" in lines for n in range(100)] == [True] * 100
    assert files(tmp_path) == ["counter_0.db"]


def test_a_damaged_file_counts_from_0_again(start, tmp_path):
    start(3).communicate("\n")
    (tmp_path / "metrics" / "counter_0.db").write_bytes(b"\xff" * 100)
    lines = start(2, "read").communicate("\n")[0].splitlines()
    assert "broadsheet_mails_total {'outcome': 'sent'} 2.0" in lines
