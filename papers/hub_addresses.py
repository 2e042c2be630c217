"""The addresses of models, datasets and demos at the Hub, by their kinds and names."""

import re

HUB = "https://huggingface.co"
FOLDERS = {"model": "", "dataset": "datasets/", "demo": "spaces/"}  # by kinds of ArtefactKind
_NAME = re.compile(r"[\w.-]{1,96}(?:/[\w.-]{1,96})?", re.ASCII)


def url(kind: str, name: str) -> str:
    """Return the address of the page of the one of this kind with this name, such as "organisation/name".

    Raises ValueError for what is no name.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"“{name[:60]}” is not a name at the Hub")
    return f"{HUB}/{FOLDERS[kind]}{name}"
