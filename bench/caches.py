"""The caches in front of the site by the examples of docs/scaling.md, as they stand there: nginx and Varnish."""

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.servers import HOST, answers, free_port, running

ROOT = Path(__file__).resolve().parent.parent
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_START_SECONDS = 60
_NGINX_FOLDERS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def example(name: str, document: str = "docs/scaling.md") -> str:
    """Returns the configuration that the documentation gives for this proxy."""
    return re.search(rf"<!-- {name} -->\n```\n(.*?)```", (ROOT / document).read_text(), re.DOTALL)[1]


def program(name: str) -> str | None:
    """Returns the path of the proxy's program, or None where it is not installed."""
    return shutil.which({"nginx": "nginx", "varnish": "varnishd"}[name], path=_PATH)


@contextmanager
def in_front_of(name: str, site: int, folder: Path) -> Iterator[int]:
    """The proxy of this name in front of the site at this port of this machine; its own port. It speaks plain http."""
    port = free_port()
    command = _COMMANDS[name](port, site, folder)
    with (folder / "log").open("wb") as log, running(command, log, {"PATH": _PATH, "HOME": str(folder)}) as process:
        deadline = time.monotonic() + _START_SECONDS
        while not answers(port, "/healthz"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{name} did not start:\n{(folder / 'log').read_text()[-2000:]}")
            time.sleep(0.1)
        yield port


def _nginx(port: int, site: int, folder: Path) -> list[str]:
    config = example("nginx-cache").replace("127.0.0.1:8000", f"{HOST}:{site}")
    config = config.replace("listen 443 ssl;", f"listen {HOST}:{port};")
    config = re.sub(r" *ssl_certificate.*;\n", "", config)
    config = config.replace("/var/cache/nginx/broadsheet", str(folder / "cache"))
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in _NGINX_FOLDERS)
    user = "user root; " if os.geteuid() == 0 else ""  # whose folder this is
    http = f"access_log off; {temporary}\n{config}"
    whole = f"{user}daemon off; pid {folder}/pid; error_log stderr;\nevents {{}}\nhttp {{ {http} }}\n"
    (folder / "nginx.conf").write_text(whole)
    return [program("nginx"), "-c", str(folder / "nginx.conf"), "-p", str(folder)]


def _varnish(port: int, site: int, folder: Path) -> list[str]:
    config = example("varnish").replace('"8000"', f'"{site}"')
    (folder / "broadsheet.vcl").write_text(config)
    storage = ["-s", "malloc,64m", "-j", "none", "-n", str(folder / "work")]
    return [program("varnish"), "-F", "-a", f"{HOST}:{port}", "-f", str(folder / "broadsheet.vcl"), *storage]


_COMMANDS: dict[str, Callable[[int, int, Path], list[str]]] = {"nginx": _nginx, "varnish": _varnish}
