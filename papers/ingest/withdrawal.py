"""Whether arXiv's record says that the paper was withdrawn.

A withdrawal is a version of its own, which has no text to fetch and gives its reason as the comment
(https://info.arxiv.org/help/withdraw.html). There is no mark for it, so it is told by the words with which people and
arXiv's administrators begin such a reason; of old, by those that took the place of the abstract. A comment that only
mentions a withdrawal ("replaces arXiv:… , which was withdrawn"; "withdrawn from a conference") is none.
"""

import re

_NOUN = r"(?:paper|article|submission|manuscript|preprint|work|version|document|note|entry)"
_WAS = r"(?:has\s+(?:now\s+)?been|was|is(?:\s+(?:now|being|hereby))?)"
_SAID = rf"(?:this|the|our)\s+{_NOUN}\s+{_WAS}\s+withdrawn"
_SHORT = rf"(?:this\s+)?(?:{_NOUN}\s+)?withdrawn"
_REASON = r"(?:by|due|because|since|as|for|on|until|pending|temporarily)\b"
_NOT_FROM = r"\b(?!\s+from\b)"
_IN_A_COMMENT = re.compile(
    rf"(?:^|[.;:!\])]\s*){_SAID}{_NOT_FROM}|^\W*{_SHORT}{_NOT_FROM}|admin(?:istrator)?\s+note:\s*{_SHORT}{_NOT_FROM}",
    re.IGNORECASE,
)
_AS_AN_ABSTRACT = re.compile(rf"^\W*(?:{_SAID}{_NOT_FROM}|{_SHORT}\W*$|{_SHORT}\s+{_REASON})", re.IGNORECASE)


def is_told(comment: str | None, abstract: str | None) -> bool:
    return bool(_IN_A_COMMENT.search(_spaced(comment)) or _AS_AN_ABSTRACT.search(_spaced(abstract)))


def _spaced(text: str | None) -> str:
    return " ".join((text or "").split())
