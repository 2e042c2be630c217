"""The commands of TeX that are read outside of formulas, by their kinds. All others stay as their source."""

from pylatexenc.latex2text import get_default_latex_context_db
from pylatexenc.macrospec import LatexContextDb, MacroSpec, MacroStandardArgsParser, ParsedMacroArgs

# Commands for their argument, and switches for what follows them in a group, by the HTML element of the mark.
STYLES = {
    "emph": "em",
    "textit": "em",
    "textsl": "em",
    "textbf": "strong",
    "texttt": "code",
    "textsuperscript": "sup",
    "textsubscript": "sub",
}
SWITCHES = {
    **dict.fromkeys(["em", "it", "itshape", "sl", "slshape"], "em"),
    **dict.fromkeys(["bf", "bfseries"], "strong"),
    **dict.fromkeys(["tt", "ttfamily"], "code"),
}
# Commands whose last argument is shown without a mark.
SHOWN = {
    *("text", "textrm", "textsf", "textsc", "textup", "textmd", "textnormal", "textlf", "mbox", "hbox", "fbox"),
    *("underline", "uline", "centerline", "nolinkurl", "path"),
}
# Commands that show nothing: spacing, sizes and fonts without a mark. The argument of those in HIDDEN is not shown.
NOTHING = {
    *("noindent", "indent", "protect", "/", "-", "!", "@", "null", "relax", "centering", "smallskip", "medskip"),
    *("bigskip", "sc", "scshape", "rm", "rmfamily", "sf", "sffamily", "normalfont", "upshape", "mdseries", "tiny"),
    *("scriptsize", "footnotesize", "small", "normalsize", "large", "Large", "LARGE", "huge", "Huge"),
}
HIDDEN = {"label", "vspace", "hspace", "color", "index"}
CITATIONS = {
    *("cite", "citep", "citet", "citealp", "citealt", "citeauthor", "citeyear", "citenum", "autocite", "parencite"),
    *("textcite", "footcite", "ref", "eqref", "cref", "Cref", "autoref", "pageref", "nameref"),
}
NOTES = {"footnote", "thanks", "footnotetext", "blfootnote"}
HEADINGS = {"section", "subsection", "paragraph"}
# Letters, behind which TeX ignores a space that ends the command: \o re is øre.
LETTERS = {
    *("o", "O", "l", "L", "i", "j", "ss", "ae", "AE", "oe", "OE", "aa", "AA", "dh", "DH", "th", "TH", "dj", "DJ"),
    *("ng", "NG"),
}
ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
    "b": "\u0331", "t": "\u0361", "h": "\u0309",
}  # fmt: skip
# Commands without an argument that pylatexenc reads otherwise or not at all. Some are abbreviations that many authors
# define, after the style files of conferences on computer vision.
_TEXTS = {
    " ": " ", ",": "\u2009", ";": " ", ":": " ", ">": " ", "quad": " ", "qquad": " ", "\\": " ", "newline": " ",
    "thinspace": "\u2009", "enspace": " ",
    "eg": "e.g.", "ie": "i.e.", "etc": "etc.", "vs": "vs.", "aka": "a.k.a.", "etal": "et al.", "cf": "cf.",
    "wrt": "w.r.t.", "Eg": "E.g.", "Ie": "I.e.", "xspace": "", "%": "%", "deg": "°", "degree": "°", "textmu": "µ",
    "textasciitilde": "~", "textasciicircum": "^", "textbackslash": "\\", "textbraceleft": "{", "textbraceright": "}",
    "textgreater": ">", "textless": "<", "textbar": "|", "slash": "/", "textellipsis": "…", "textquotesingle": "'",
    "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ", "lq": "‘", "rq": "’",
    "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX", "euro": "€", "pounds": "£", "copyright": "©", "S": "§",
    "P": "¶", "ddag": "‡", "ddagger": "‡", "dagger": "†", "textperiodcentered": "·", "checkmark": "✓",
}  # fmt: skip
LISTS = {"itemize", "enumerate", "description"}
ENVIRONMENTS = {"abstract", "center", "quote", "quotation", "flushleft", "flushright", "small", "document"}


def symbol(name: str) -> str | None:
    """Returns the text of a command without an argument, such as \\ss, \\alpha or \\%, or None for others."""
    if name in _TEXTS:
        return _TEXTS[name]
    spec = _symbols.get_macro_spec(name)
    text = spec.simplify_repl if spec else None
    is_text = isinstance(text, str) and not set("%<") & set(text)  # others are patterns and placeholders
    return text if is_text and name != "today" else None


class _AllArguments(MacroStandardArgsParser):
    """Reads all arguments in braces and brackets right behind a command that is none of these."""

    def parse_args(self, w, pos, parsing_state=None):
        args, end = [], pos
        while w.s[end : end + 1] in {"{", "["} and end not in w.literals:
            if w.s[end] == "{":
                node, start, length = w.get_latex_braced_group(end, parsing_state=parsing_state)
            else:
                node, start, length = w.get_latex_maybe_optional_arg(end, parsing_state=parsing_state)
            args.append(node)
            end = start + length
        return ParsedMacroArgs(argspec="", argnlist=args), pos, end - pos


def _context() -> LatexContextDb:
    """Returns the arguments of all commands for pylatexenc: "{" is one in braces, "[" and "*" are optional ones."""
    symbols = (spec.macroname for spec in _symbols.iter_macro_specs() if symbol(spec.macroname) is not None)
    arguments = {
        "": {*symbols, *_TEXTS, *SWITCHES, *NOTHING, "par", "formula"},
        "{": {*STYLES, *SHOWN, *ACCENTS, "url", "ensuremath"},
        "*{": {*HIDDEN, *HEADINGS},
        "[": {"item"},
        "*[": {"\\"},
        "[{": NOTES,
        "*[[{": CITATIONS,
        "{{": {"texorpdfstring"},
        "[{{": {"href", "textcolor"},
    }
    context = LatexContextDb()
    macros = {name: MacroSpec(name, spec) for spec, names in arguments.items() for name in names}
    context.add_context_category("broadsheet", macros=macros.values())
    context.set_unknown_macro_spec(MacroSpec("", args_parser=_AllArguments("")))
    return context


_symbols = get_default_latex_context_db()
CONTEXT = _context()
