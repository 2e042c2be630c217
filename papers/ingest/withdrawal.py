"""Detection of withdrawn papers by the texts of arXiv's record.

A withdrawal is a new version without files, whose comment, or abstract in older records, gives the reason
(https://info.arxiv.org/help/withdraw.html). arXivRaw says which versions have no files (see `oai`). The other formats
do not, so the usual opening words of a reason are matched. Other mentions, such as "replaces arXiv:…, which was
withdrawn" or "withdrawn from a conference", do not match.
"""

import re

_NOUN = r"(?:paper|article|submission|manuscript|preprint|work|version|document|note|entry)"
_VERB = r"(?:has\s+(?:now\s+)?been|was|is(?:\s+(?:now|being|hereby))?)"
_SENTENCE = rf"(?:this|the|our)\s+{_NOUN}\s+{_VERB}\s+withdrawn"
_SHORT_SENTENCE = rf"(?:this\s+)?(?:{_NOUN}\s+)?withdrawn"
_REASON = r"(?:by|due|because|since|as|for|on|until|pending|temporarily)\b"
_NOT_FROM = r"\b(?!\s+from\b)"
_COMMENT = re.compile(
    rf"(?:^|[.;:!\])]\s*){_SENTENCE}{_NOT_FROM}|^\W*{_SHORT_SENTENCE}{_NOT_FROM}"
    rf"|admin(?:istrator)?\s+note:\s*{_SHORT_SENTENCE}{_NOT_FROM}",
    re.IGNORECASE,
)
_ABSTRACT = re.compile(
    rf"^\W*(?:{_SENTENCE}{_NOT_FROM}|{_SHORT_SENTENCE}\W*$|{_SHORT_SENTENCE}\s+{_REASON})", re.IGNORECASE
)


def is_withdrawn(comment: str | None, abstract: str | None) -> bool:
    """Return whether the comment or the abstract of arXiv's record states that the paper was withdrawn."""
    return bool(_COMMENT.search(_normalized(comment)) or _ABSTRACT.search(_normalized(abstract)))


def _normalized(text: str | None) -> str:
    return " ".join((text or "").split())
