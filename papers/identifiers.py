"""arXiv identifiers (https://info.arxiv.org/help/arxiv_identifier.html): `2509.08721`, `hep-th/9901001`.

`parse` reads them from whatever names one paper: the id, an address at one of `HOSTS` or of this site, a DOI of arXiv,
a citation, the title of a browser's tab.
"""

import re
from urllib.parse import unquote

from django.conf import settings

from lib.text import normalised, one_line, quoted

# The sites whose addresses have arXiv's ids, also at their subdomains, and the folders that the id stands in.
HOSTS = {
    "alphaxiv.org": ("abs", "audio", "html", "overview", "pdf", "resources"),
    "ar5iv.org": ("abs", "html", "pdf"),
    "arxiv-vanity.com": ("papers",),
    "arxiv.org": ("abs", "bibtex", "e-print", "format", "html", "pdf", "ps", "src", "tb"),
    "emergentmind.com": ("papers",),
    "hf.co": ("papers",),
    "huggingface.co": ("api/papers", "papers"),
    "inspirehep.net": ("api/arxiv", "arxiv"),
    "papers.cool": ("arxiv",),
    "scirate.com": ("arxiv",),
    "semanticscholar.org": ("arxiv",),
    "xxx.lanl.gov": ("abs", "pdf", "ps"),
}
MAX_LENGTH = 10_000  # characters of a text that is read, such as an entry of BibTeX

_ID = r"(?:\d{4}\.\d{4,5}|[a-z]+(?:-[a-z]+)*(?:\.[A-Z]{2})?/\d{7})"
_FLAGS = re.IGNORECASE | re.ASCII
# Repetitions have limits, so that the time grows no faster than the text.
_NAME = (
    r"(?P<id>(?:\d\d(?:0[1-9]|1[0-2])\.\d{4,5}|[a-z]{1,8}(?:-[a-z]{2,4})?(?:\.[a-z]{2})?/\d\d(?:0[1-9]|1[0-2])\d{3}))"
    r"(?:\s?v(?P<version>[1-9]\d{0,2}))?(?!\w|\.\d)"
)
_LANGUAGE = "(?:[a-z]{2}(?:-[a-z]{2,4})?/{1,2})?"
_FOLDERS = "|".join(rf"{re.escape(host)}/{{1,2}}{_LANGUAGE}(?:{'|'.join(folders)})" for host, folders in HOSTS.items())
_ANY_FOLDER = "|".join(sorted({folder for folders in HOSTS.values() for folder in folders}))
# What stands before an id: a folder alone, DOIs, arXiv's stamp on a paper, identifiers of OAI-PMH and Semantic Scholar,
# names of files, and addresses.
_MARK = (
    rf"^/?(?:{_ANY_FOLDER})/|10\.48550/arxiv\.|corr,?\s?abs/|(?<![a-z\d])arxiv(?:\.org)?\s?[:.\s_-]\s?"
    rf"|(?<![\w-])(?:{_FOLDERS})/{{1,2}}"
)
# Folders by month that arXiv has had: ftp/arxiv/papers/2501/2501.00001.pdf, PS_cache/hep-th/pdf/9901/9901001v1.pdf.
_MONTH = re.compile(r"(?<=/)(?:ftp|PS_cache)/(?:arxiv/|([a-z-]{2,16}/))(?:papers|pdf|ps)/\d{4}/", _FLAGS)
_PORT = re.compile(r"(?<=[a-z]):(?:80|443)(?=/)", _FLAGS)
_BARE = re.compile(rf"(?<![\w./-]){_NAME}", _FLAGS)
_TAB_TITLE = re.compile(rf"\[{_NAME}\]\s", _FLAGS)  # of a page of arXiv
_PARAMETERS = re.compile(r"(?<=\S)[?#]\S*")
_SUFFIX = re.compile(
    r"\.(?:pdf|html?|md|ps|tex)\b|\s?\[[a-z-]{2,8}(?:\.[a-z-]{2,9})?\].*"
    r"|\s?\((?:[a-z-]{2,8}\.[a-z-]{2,9}|[a-z]{1,5}-(?:bio|ex|fin|lat|mat|ph|qc|th))\)",
    _FLAGS,
)


def parse(text: str) -> tuple[str, int | None]:
    """Returns the id of the paper that the text names, without its version, and the version or None.

    Raises ValueError if the text names no paper, or several. A number in a sentence is no name.
    """
    versions = find(text)
    if not versions:
        raise ValueError(f"{quoted(text)} is not an arXiv id such as 2509.08721 or hep-th/9901001")
    if len(versions) > 1:
        raise ValueError(f"{quoted(text)} names several papers. Enter one.")
    [(arxiv_id, version)] = versions.items()
    return arxiv_id, version


def find(text: str) -> dict[str, int | None]:
    """Returns the ids of all papers that the text names, in its order, each with its version or None."""
    versions = {}
    for match in sorted(_names(text), key=lambda match: match.start("id")):
        version = match["version"]
        versions.setdefault(_canonical(match["id"]), int(version) if version else None)
    return versions


def _names(text: str) -> list[re.Match]:
    """Returns the places where the text names a paper, and with them all ids; or nothing if there is no name."""
    if len(text) > MAX_LENGTH:
        return []
    text = _MONTH.sub(r"abs/\1", _PORT.sub("", one_line(normalised("NFKC", unquote(unquote(text))))))
    site = re.escape(settings.BASE_URL.partition("://")[2])
    name = rf"(?:{_MARK}|(?<![\w-]){site}/papers/){_NAME}"
    # What the address of a paper has behind "?" names no other one. The address of another page may redirect to it.
    text = re.sub(rf"({name}[^\s?#]*)[?#]\S*", r"\1", text, flags=_FLAGS)
    marked = list(re.finditer(name, text, _FLAGS))
    without_parameters = _PARAMETERS.sub("", text)
    bare = list(_BARE.finditer(without_parameters))
    return marked + bare if marked or _is_alone(bare, without_parameters) else []


def _is_alone(bare: list[re.Match], text: str) -> bool:
    """Returns whether the text consists of an id, with at most a suffix or a category, or is the title of a tab."""
    if len(bare) != 1:
        return False
    rest = text[: bare[0].start()] + _SUFFIX.sub("", text[bare[0].end() :], count=1)
    return _TAB_TITLE.match(text) is not None or not any(map(str.isalnum, rest))


def _canonical(arxiv_id: str) -> str:
    """Returns the id as arXiv writes it: in old ids, the archive is in lower case and has no subject class."""
    archive, slash, number = arxiv_id.rpartition("/")
    return archive.lower().partition(".")[0] + slash + number


def arxiv_url(arxiv_id: str) -> str:
    return f"https://arxiv.org/abs/{arxiv_id}"


def pdf_url(arxiv_id: str) -> str:
    return f"https://arxiv.org/pdf/{arxiv_id}"


def pdf_file_url(arxiv_id: str) -> str:
    """The PDF at the host that arXiv has for programs (https://info.arxiv.org/help/bulk_data.html)."""
    return f"https://export.arxiv.org/pdf/{arxiv_id}"


def hub_url(arxiv_id: str) -> str:
    return f"https://huggingface.co/papers/{arxiv_id}"


def reading_urls(arxiv_id: str) -> dict[str, str]:
    """Returns the addresses of the paper at other sites for readers, by the names of these.

    arXiv converts papers to HTML since December 2023. alphaXiv and the Hub have no papers with the ids of before 2007.
    """
    is_old = "/" in arxiv_id
    has_html = not is_old and arxiv_id >= "2312"
    return {
        **({"arXiv HTML": f"https://arxiv.org/html/{arxiv_id}"} if has_html else {}),
        **({} if is_old else {"alphaXiv": f"https://www.alphaxiv.org/abs/{arxiv_id}"}),
        "Semantic Scholar": f"https://api.semanticscholar.org/arXiv:{arxiv_id}",
        **({} if is_old else {"Hugging Face": hub_url(arxiv_id)}),
    }


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
