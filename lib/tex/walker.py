"""pylatexenc's parser, adapted to titles and abstracts."""

import re

from pylatexenc.latexwalker import LatexToken, LatexWalker, LatexWalkerEndOfStream

from lib.tex import commands
from lib.tex.delimiters import Span

MAX_DEPTH = 40  # groups within groups, since pylatexenc calls itself for each
_ORDINARY = re.compile(r"[^\\{}\[\]$]+")
_NO_COMMAND = re.compile(r"\\(?:[()\[\]]|\Z)")  # a delimiter without its partner, or the end of the text


class TooDeep(Exception):
    """The text has groups within groups within groups."""


class Walker(LatexWalker):
    """pylatexenc's parser, for which a formula is one command, and a run of ordinary characters is one token.

    The signs at the positions `literals` are ordinary, too.
    """

    def __init__(self, text: str, formulas: dict[int, Span], literals: set[int]) -> None:
        super().__init__(text, latex_context=commands.CONTEXT, tolerant_parsing=False)
        self.formulas, self.literals, self.depth = formulas, literals, 0

    def get_token(self, pos, include_brace_chars=None, environments=True, **options) -> LatexToken:
        # Without environments, pylatexenc asks for an argument: one character, if it is not in braces.
        while not environments and self.s[pos : pos + 1].isspace():
            pos += 1
        if pos >= len(self.s):
            raise LatexWalkerEndOfStream
        if pos in self.formulas:
            return LatexToken("macro", "formula", pos, self.formulas[pos].end - pos, pre_space="")
        character = self.s[pos]
        signs = "\\{}[]" if include_brace_chars else "\\{}"
        if character in signs and pos not in self.literals and not _NO_COMMAND.match(self.s, pos):
            return super().get_token(pos, include_brace_chars, environments, **options)
        end = self._end_of_run(pos) if environments else pos + 1
        return LatexToken("char", self.s[pos:end], pos, end - pos, pre_space="")

    def _end_of_run(self, pos: int) -> int:
        end = pos + 1
        while match := _ORDINARY.match(self.s, end):
            end = match.end()
            if not self.s.startswith("$", end) or end in self.formulas:
                break
            end += 1
        return end

    def get_latex_expression(self, pos, strict_braces=None, parsing_state=None):
        """Reads an argument. Other than in pylatexenc, a command there has its own arguments: \\emph\\textbf{x}."""
        token = self.get_token(pos, environments=False, parsing_state=parsing_state)
        if token.tok != "macro":
            return super().get_latex_expression(pos, strict_braces, parsing_state)
        [node], _, _ = self.get_latex_nodes(token.pos, parsing_state=parsing_state, read_max_nodes=1)
        return node, node.pos, node.len

    def get_latex_nodes(self, *args, **options):
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise TooDeep
        result = super().get_latex_nodes(*args, **options)
        self.depth -= 1
        return result
