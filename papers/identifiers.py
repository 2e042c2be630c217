"""arXiv identifiers (https://info.arxiv.org/help/arxiv_identifier.html): `2509.08721`, `hep-th/9901001`.

They are read with or without a version, and also from addresses of arXiv, alphaXiv, Hugging Face and doi.org.
"""

import re

_ID = r"(?:\d{4}\.\d{4,5}|[a-z]+(?:-[a-z]+)*(?:\.[A-Z]{2})?/\d{7})"
_FULL = re.compile(
    rf"(?:arxiv[:\s]\s?|(?:https?://)?(?:(?:www\.|export\.)?(?:arxiv\.org|alphaxiv\.org|huggingface\.co|hf\.co)/"
    rf"(?:abs|pdf|html|papers)/|(?:doi\.org/|doi:\s?)?10\.48550/arxiv\.))?"
    rf"(?P<id>{_ID})(?:v(?P<version>[1-9]\d{{0,2}}))?(?:\.pdf)?/?",
    re.IGNORECASE | re.ASCII,
)


def parse(text: str) -> tuple[str, int | None]:
    """The id without its version, and the version or None. Raises ValueError if the text is no id or address of one."""
    match = _FULL.fullmatch(text.strip())
    if not match or not _month_exists(match["id"]):
        raise ValueError(f"“{text[:80]}” is not an arXiv id: one looks like 2509.08721 or hep-th/9901001")
    version = int(match["version"]) if match["version"] else None
    return _canonical(match["id"]), version


def _canonical(arxiv_id: str) -> str:
    """The id as arXiv writes it: in old ids, the archive is in lower case and has no subject class."""
    archive, slash, number = arxiv_id.rpartition("/")
    return archive.lower().partition(".")[0] + slash + number


def _month_exists(arxiv_id: str) -> bool:
    digits = arxiv_id.split("/")[-1]
    return 1 <= int(digits[2:4]) <= 12


def arxiv_url(arxiv_id: str) -> str:
    return f"https://arxiv.org/abs/{arxiv_id}"


def pdf_url(arxiv_id: str) -> str:
    return f"https://arxiv.org/pdf/{arxiv_id}"


def hub_url(arxiv_id: str) -> str:
    return f"https://huggingface.co/papers/{arxiv_id}"


def doi(arxiv_id: str) -> str:
    """The DOI that arXiv registers for the paper (https://info.arxiv.org/help/doi.html)."""
    return f"10.48550/arXiv.{arxiv_id}"


class ArxivIdConverter:
    """Django's path converter for an id, with or without a version, as `(id, version)`."""

    regex = rf"{_ID}(?:v[1-9][0-9]{{0,2}})?"

    def to_python(self, value: str) -> tuple[str, int | None]:
        return parse(value)

    def to_url(self, value: str | tuple[str, int | None]) -> str:
        if isinstance(value, str):
            return value
        arxiv_id, version = value
        return f"{arxiv_id}v{version}" if version else arxiv_id
