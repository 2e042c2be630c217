"""Converts one formula into MathML Core or into a line of Unicode."""

import re
import unicodedata
from functools import lru_cache

import math_core
import nh3
from lxml import etree

from lib.text import one_line

# fmt: off
MATHML = {
    "math", "mrow", "mi", "mo", "mn", "ms", "mtext", "mspace", "msup", "msub", "msubsup", "mover", "munder",
    "munderover", "mfrac", "msqrt", "mroot", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "merror",
    "mmultiscripts", "mprescripts",
}
_ATTRIBUTES = {
    "display", "displaystyle", "stretchy", "form", "lspace", "rspace", "accent", "accentunder", "mathvariant",
    "width", "height", "depth", "linethickness", "scriptlevel", "fence", "separator", "largeop",
    "movablelimits", "symmetric", "minsize", "maxsize", "columnalign", "tabindex",
}
# fmt: on
MATHML_ATTRIBUTES = dict.fromkeys(MATHML, _ATTRIBUTES)

MAX_TEX = 2_000  # characters; math-core overflows its stack on braces nested ten thousand deep

_converter = math_core.LatexToMathML(
    fancy_error=False,
    max_expansions=1_000,
    macros={
        "AA": r"\text{Å}",
        "bm": r"\boldsymbol{#1}",
        "deg": r"^\circ",
        "ensuremath": "{#1}",
        "hbox": r"\text{#1}",
        "mathbbm": r"\mathbb{#1}",
        "mathds": r"\mathbb{#1}",
        "mbox": r"\text{#1}",
        "mathlarger": "{#1}",
        "mathnormal": "{#1}",
        "mit": "",
        "leavevmode": "",
        "nicefrac": r"\frac{#1}{#2}",
        "pmb": r"\boldsymbol{#1}",
        "protect": "",
        "smash": "{#1}",
        "substack": r"\begin{matrix}#1\end{matrix}",
        "textnormal": r"\text{#1}",
        "textsc": r"\text{#1}",
        "textsuperscript": r"^{\text{#1}}",
        "textup": r"\text{#1}",
        "vcenter": "{#1}",
        "widetilde": r"\tilde{#1}",
        "xspace": "",
    },
)
_NUMBERED = re.compile(r"\\(begin|end)\{(align|alignat|flalign|gather|multline)\}")
_NUMBER = re.compile(r"\\(?:label|tag\*?)\{[^{}]*\}|\\(?:nonumber|notag)(?![a-zA-Z])|\\eqno.*", re.DOTALL)
_RENAMED = {
    "{split}": "{aligned}",
    "{smallmatrix}": "{matrix}",
    r"\begin{eqnarray*}": r"\begin{array}{rcl}",
    r"\end{eqnarray*}": r"\end{array}",
}
_RENAMED |= {name.replace("*", ""): other for name, other in _RENAMED.items()}
_FORMULA_IN_TEXT = re.compile(r"\\(?:text|textrm|mbox|hbox)\{([^{}$]*)\$([^$]*)\$([^{}$]*)\}")
_PERCENT = re.compile(r"(?<!\\)%")
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Definitions could make four million characters of 2,000, and a reference to another formula leads nowhere.
_NOT_READ = re.compile(r"\\(?:[a-zA-Z]*(?:def|let|command)|(?:eq)?ref)(?![a-zA-Z])")


@lru_cache(maxsize=4_000)
def mathml(tex: str, *, is_block: bool = False) -> str | None:
    """Returns MathML for one formula without delimiters, or None if math-core cannot read it."""
    if len(tex) > MAX_TEX or _NOT_READ.search(tex) or _NOT_XML.search(tex):
        return None
    try:
        html = _converter.convert_with_local_state(_prepared(tex), displaystyle=is_block)
    except math_core.LatexError:
        return None
    # A wide formula scrolls inside its own box, which the keyboard must be able to reach.
    html = html.replace('<math display="block">', '<math display="block" tabindex="0">', 1)
    return nh3.clean(html, tags=MATHML, attributes=MATHML_ATTRIBUTES)


def with_percent_signs(tex: str) -> str:
    """Returns the formula with each % as a sign, which authors mean, and not as the beginning of a comment."""
    return _PERCENT.sub(r"\\%", tex)


def _prepared(tex: str) -> str:
    """Returns the formula as math-core reads it: without numbers of equations, and without formulas within text."""
    while (divided := _FORMULA_IN_TEXT.sub(r"\\text{\1}\2\\text{\3}", tex)) != tex:
        tex = divided
    for name, other in _RENAMED.items():
        tex = tex.replace(name, other)
    tex = _NUMBER.sub("", tex)
    return _NUMBERED.sub(r"\\\1{\2*}", with_percent_signs(tex))


@lru_cache(maxsize=4_000)
def text(mathml: str) -> str:
    """Returns a formula's MathML as one line of Unicode: "α_i^2", "(a+b)/2", "∑_{i=1}^n x_i"."""
    math = etree.fromstring(mathml.replace("&nbsp;", "\u00a0"))
    return one_line(_row(math, is_script=False))


# Accents that stand above a letter in MathML, as the characters that combine with the letter before them.
_ACCENTS = dict(
    zip("ˆ˜¯˙¨ˇ˘˚´`→←", "\u0302\u0303\u0304\u0307\u0308\u030c\u0306\u030a\u0301\u0300\u20d7\u20d6", strict=True)
)
_ACCENTS["\u0332"] = "\u0305"  # as math-core writes a line above
_LARGE = frozenset("∑∏∐∫∬∭∮⋃⋂⨁⨂⨀⋁⋀")
_BRACES = "⏞⏟⎴⎵"  # over and under a part of a formula
_RELATIONS = frozenset("=<>≤≥≠≈≡∼≃≅∝≪≫∈∉∋⊂⊃⊆⊇→←↔⇒⇐⇔↦⟶⟵⟹⟺⟼∣⊢⊨≔≜≺≻⪯⪰")
_SIMPLE = re.compile(r"\w*|.")


def _row(parent: etree._Element, is_script: bool) -> str:
    """Returns the children one after the other, with spaces around relations and after commas, but for indices."""
    pieces = []
    for child in parent:
        piece = _element(child, is_script)
        is_between = bool(pieces) and child.getnext() is not None
        if child.tag == "mo" and not is_script:
            if piece in _RELATIONS:
                piece = f" {piece} "
            elif piece in {",", ";"} and is_between and not _is_in_number(child):
                piece += " "
        elif len(child) and child[0].text in _LARGE and child.getnext() is not None:
            piece += " "
        pieces.append(piece)
    return "".join(pieces)


def _is_in_number(comma: etree._Element) -> bool:
    before, after = comma.getprevious(), comma.getnext()
    return before.tag == after.tag == "mn" and len(before.text) <= 3 == len(after.text)


def _element(node: etree._Element, is_script: bool) -> str:
    """Returns the text of an element; `is_script` is true within indices."""
    if node.tag in {"mi", "mn", "ms", "mtext"}:
        return node.text or ""
    if node.tag in _SCRIPTS:
        base, *scripts = node
        under, over = _SCRIPTS[node.tag]
        texts = iter([_element(script, True) for script in scripts])
        text = _element(base, is_script)
        text = _under(text, next(texts)) if under else text
        return _over(text, next(texts)) if over else text
    return _LAYOUTS.get(node.tag, _row)(node, is_script)


def _space(node: etree._Element, is_script: bool) -> str:
    return " " if node.get("width", "").strip("0.em") else ""


def _fraction(node: etree._Element, is_script: bool) -> str:
    above, below = (_element(child, True) for child in node)
    if node.get("linethickness", "").startswith("0"):
        return f"{above} choose {below}"
    return f"{_grouped(above)}/{_grouped(below)}"


def _square_root(node: etree._Element, is_script: bool) -> str:
    return f"√{_grouped(_row(node, True))}"


def _root(node: etree._Element, is_script: bool) -> str:
    base, degree = (_element(child, True) for child in node)
    return f"{_grouped(base)}^{{1/{degree}}}"


def _table(node: etree._Element, is_script: bool) -> str:
    rows = [[_row(cell, is_script) for cell in row] for row in node]
    is_aligned = node.get("displaystyle") == "true" or any(cell.strip() in _RELATIONS for row in rows for cell in row)
    between = " " if is_aligned else ", "  # in a matrix
    return "; ".join(between.join(filter(None, row)) for row in rows)


def _nothing(node: etree._Element, is_script: bool) -> str:
    return ""


def _operator(node: etree._Element, is_script: bool) -> str:
    """Returns the character of an operator. What applies a function to its argument becomes a space."""
    if node.text != "\u2061":
        return "*" if node.text == "∗" else node.text or ""
    following = node.getnext()
    return "" if following is not None and "".join(following.itertext()).startswith(("(", "[")) else " "


def _under(base: str, under: str) -> str:
    if len(under) == 1 and unicodedata.combining(under):
        return "".join(letter + under for letter in base)
    return base + _script("_", under)


def _over(base: str, over: str) -> str:
    accent = _ACCENTS.get(over, over) if base.isalnum() else over
    if len(accent) == 1 and unicodedata.combining(accent):
        return "".join(letter + accent for letter in base)
    if over in {"′", "″", "‴", "∘"}:
        return base + over.replace("∘", "°")
    return base + _script("^", over)


def _script(sign: str, text: str) -> str:
    text = text.strip(" ^")
    if len(text) == 1 and text not in _BRACES:
        return sign + text
    return f"{sign}{{{text}}}" if text.strip(_BRACES) else ""


def _grouped(text: str) -> str:
    return text if _SIMPLE.fullmatch(text) else f"({text})"


# Whether these elements have something under and over their base.
_SCRIPTS = {
    "msub": (True, False),
    "munder": (True, False),
    "msup": (False, True),
    "mover": (False, True),
    "msubsup": (True, True),
    "munderover": (True, True),
}
_LAYOUTS = {
    "mo": _operator,
    "mspace": _space,
    "mfrac": _fraction,
    "msqrt": _square_root,
    "mroot": _root,
    "mtable": _table,
    "mphantom": _nothing,
}
