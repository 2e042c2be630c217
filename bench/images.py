"""What hostile uploads cost: `.venv/bin/python bench/images.py`.

Each file of `hostile_pictures` is built in one process and given to `lib.images` in another. Printed are what came of
it, the seconds it took, those of computing among them, and the most memory (MB) that any process used. The limits are a
second and 300 MB; on a busy machine the second is one of computing.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench.hostile_pictures import FILES  # noqa: E402
from bench.report import table  # noqa: E402

SECONDS, MEGABYTES = 1, 300


def take(data: bytes) -> tuple[str, float, float, float]:
    """What came of it, seconds, those of computing, and MB: the most of this process and of what it started."""
    from django.conf import settings

    settings.configure(MEDIA_ROOT=tempfile.mkdtemp(), SECRET_KEY="bench", USE_I18N=False)
    from django.core.exceptions import ValidationError
    from django.core.files.uploadedfile import SimpleUploadedFile

    from lib.images import COVER, keep

    upload = SimpleUploadedFile("picture", data)
    began = time.perf_counter()
    try:
        keep(upload, COVER)
        outcome = "a picture"
    except ValidationError as error:
        outcome = error.message
    seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return outcome, seconds, used.ru_utime + used.ru_stime, most / 1024


def main() -> int:
    rows, failed = [], 0
    for name in FILES:
        picture = run("build", name).stdout
        outcome, *costs = run("take", input=picture).stdout.decode().strip().split("\t")
        seconds, computing, megabytes = map(float, costs)
        within = computing < SECONDS and megabytes < MEGABYTES
        failed += not within
        rows.append([name, seconds, computing, megabytes, "" if within else "over", outcome])
    print(table(["file", "s", "computing", "MB", "limit", "what came of it"], rows))
    return 1 if failed else 0


def run(*args: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, __file__, *args], stdout=subprocess.PIPE, check=True, **options)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["build", name]:
            sys.stdout.buffer.write(FILES[name]())
        case ["take"]:
            print(*take(sys.stdin.buffer.read()), sep="\t")
        case _:
            sys.exit(main())
