"""The addresses of models, datasets and demos at the Hub, by their kinds and names."""

import re
from urllib.parse import urlsplit

from papers.sites import HUB

FOLDERS = {"model": "", "dataset": "datasets/", "demo": "spaces/"}  # by kinds of ArtefactKind
HOSTS = {"huggingface.co", "www.huggingface.co", "hf.co"}
_NAME = re.compile(r"[\w.-]{1,96}(?:/[\w.-]{1,96})?", re.ASCII)


def url(kind: str, name: str) -> str:
    """Return the address of the page of the one of this kind with this name, such as "organisation/name".

    Raises ValueError for what is no name.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"“{name[:60]}” is not a name at the Hub")
    return f"{HUB}/{FOLDERS[kind]}{name}"


def parse(address: str) -> tuple[str, str] | None:
    """Return the kind and the name of what an address at the Hub leads to, or None if it leads to something else."""
    split = urlsplit(address)
    steps = [step for step in split.path.split("/") if step]
    if split.hostname not in HOSTS or len(steps) < 2:
        return None
    kind = {"datasets": "dataset", "spaces": "demo"}.get(steps[0], "model")
    name = "/".join(steps[:2] if kind == "model" else steps[1:3])
    is_other = kind == "model" and (steps[0] in _OTHERS or (len(steps) > 2 and steps[2] not in _PAGES))
    return None if is_other or not _NAME.fullmatch(name) else (kind, name)


# What stands first in addresses that are of no model, and what stands behind a model's name.
_OTHERS = {"api", "blog", "chat", "collections", "docs", "join", "learn", "login", "organizations", "papers", "posts"}
_OTHERS |= {"settings", "tasks", "buckets", "kernels", "inference", "changelog"}
_PAGES = {"tree", "blob", "resolve", "discussions", "commits", "edit", "raw"}
