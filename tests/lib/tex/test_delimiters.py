import pytest

from lib.tex.delimiters import spans


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("We report money ($) and quality ($/point) for $k$ agents.", ["$k$"]),
        ("costs $5 and $10, or $x^2$", ["$x^2$"]),
        ("US$100/US$200, A$5, $100-$200 and €/$", []),
        ("at $0.50/M input, $1.50/M output, in $/kWh", []),
        ("pay $5K for \\textbf{a} and $6", []),
        ("a $1{,}000 prize and $2{,}000", []),
        ("between $1 and $x$ years", ["$x$"]),
        ("SO$(3)$, AdS$5$, z$>$6, C$*$-algebras, 10$-$20 and S/N$>$5", ["$(3)$", "$5$", "$>$", "$*$", "$-$", "$>$"]),
        ("$ k $, $ z = 6 $, $n $, $]0,1[$ but $HOME/$USER", ["$ k $", "$ z = 6 $", "$n $", "$]0,1[$"]),
        ("{\\bf$k$-NN} $\\text{for $x>0$}$ $f \\mbox{ if $x$}$", ["$k$", "$\\text{for $x>0$}$", "$f \\mbox{ if $x$}$"]),
        ("$P(final output is incorrect) le 2e^{-2}.$ and $x$", ["$x$"]),
        ("$$ and $$ $$F = ma$$", ["$$F = ma$$"]),
        ("\\$5 and \\$6 for $\\$7$", ["$\\$7$"]),
        ("CO$_2$ is 16$\\times$ at $ x^2 $", ["$_2$", "$\\times$", "$ x^2 $"]),
        ("$[0,1)$, $SO(3)$, ($k$), $n$th, $k=5$-shot, $99%$", ["$[0,1)$", "$SO(3)$", "$k$", "$n$", "$k=5$", "$99%$"]),
        ("$f: A \\to B$ with $f(a) = b$ if $a > 0$", ["$f: A \\to B$", "$f(a) = b$", "$a > 0$"]),
        ("$x\n\ny$ and $z$", ["$z$"]),
        ("$$x$$ $$ \\(a\\) \\[b\\] \\(c", ["$$x$$", "\\(a\\)", "\\[b\\]"]),
        ("a \\\\(b\\\\) c", []),
        ("\\begin{align*}a&=b\\end{align*} \\begin{cases}", ["\\begin{align*}a&=b\\end{align*}"]),
    ],
)
def test_formulas_and_prices(text, formulas):
    assert [text[span.start : span.end] for span in spans(text)] == formulas
