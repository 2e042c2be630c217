"""What hostile uploads cost: `.venv/bin/python bench/images.py`.

Each file of `hostile_pictures` is built in one process and given to `lib.images` in another. Printed are what came of
it, the seconds it took and the most memory (MB) that any process used, beside the limits: a clear error or a clean
picture in under a second and under 300 MB.
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


def take(data: bytes) -> tuple[str, float, float]:
    """What came of it, seconds, and MB: the most of this process and of those that it started."""
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
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return outcome, seconds, most / 1024


def main() -> int:
    rows, failed = [], 0
    for name in FILES:
        picture = run("build", name).stdout
        outcome, seconds, megabytes = run("take", input=picture).stdout.decode().strip().split("\t")
        within = float(seconds) < SECONDS and float(megabytes) < MEGABYTES
        failed += not within
        rows.append([name, float(seconds), float(megabytes), "" if within else "over", outcome])
    print(table(["file", "s", "MB", "limit", "what came of it"], rows))
    return 1 if failed else 0


def run(*told: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, __file__, *told], stdout=subprocess.PIPE, check=True, **options)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["build", name]:
            sys.stdout.buffer.write(FILES[name]())
        case ["take"]:
            print(*take(sys.stdin.buffer.read()), sep="\t")
        case _:
            sys.exit(main())
