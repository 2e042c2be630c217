"""Texts with TeX, and what they are as HTML and as plain text. Some of them are real titles and abstracts."""

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib import tex
from lib.markup import markdown
from lib.tex import reader

TEXTS = [
    # accents, letters, signs
    (r"The M\"uller map and the Fr\'echet test", "The Müller map and the Fréchet test"),
    (
        r"We follow Nov\'ak, {\O}stby, M{\"u}ller, \v{C}ern\'{y} and the na\"{\i}ve method.",
        "We follow Novák, Østby, Müller, Černý and the naïve method.",
    ),
    (r"B\"uchi, Erd\H{o}s, \L{}uk\k{a}, \c Sen, \o re, \^{\i}le", "Büchi, Erdős, Łuką, Şen, øre, île"),
    (r"\AA, Stra\ss e, \"\i, \emph\textbf{x}", "Å, Straße, ï, x"),
    (r"5\% of R\&D, \$3, \#1, a\_b, \{x\}, 10\,000, 20{\deg}", "5% of R&D, $3, #1, a_b, {x}, 10 000, 20°"),
    (r"\LaTeX{} is {\mu}-Bench, PixArt-\Sigma, a Transformer \ldots", "LaTeX is μ-Bench, PixArt-Σ, a Transformer …"),
    ("50% & more, x_1, a^2, #1", "50% & more, x_1, a^2, #1"),
    # quotes, dashes, ties
    ("``Quoted'' and `single', a---b, 1.5B--13B, state -- of", "“Quoted” and ‘single’, a—b, 1.5B–13B, state – of"),
    ("Table~1 of ~5 models(~10x) at https://a.de/~ada--x", "Table 1 of ~5 models(~10x) at https://a.de/~ada--x"),
    ("don't f'' 5'' `code --help", "don't f'' 5'' `code --help"),
    ("```a``` --verbose", "```a``` --verbose"),
    # groups
    ("{BERT} and GPT-{n}, {B}ERT", "BERT and GPT-n, BERT"),
    ("ternary {-1, 0, 1}, AP_{50} and 10^{-3}", "ternary {-1, 0, 1}, AP_{50} and 10^{-3}"),
    # commands
    (r"see \cite{a,b} and Figure~\ref{x}.\footnote{Note.}", "see [a, b] and Figure [x]. (Note.)"),
    (r"others (\eg, cats, \ie, \etc.), Doe \etal, a \vs b", "others (e.g., cats, i.e., etc.), Doe et al., a vs. b"),
    (r"\noindent\textsc{Name} by \textcolor{red}{us}, \label{x}\texorpdfstring{A}{B}\xspace too", "Name by us, A too"),
    (r"{\small Text} x\textsuperscript{2}, H\textsubscript{2}O, 1\textsuperscript{st}", "Text x², H₂O, 1st"),
    # formulas
    (r"A bound of \(n^2\) holds, and so does \[ a = b. \]", "A bound of n^2 holds, and so does a = b."),
    (r"Let $f(x) = 1 \mbox{ if } x > 0$ and see $\mbox{H}_2$.", "Let f(x) = 1 if x > 0 and see H_2."),
    (r"\begin{equation} E = mc^2 \end{equation}", "E = mc^2"),
    (r"\begin{align} a &= b \\ c &= d \end{align}", "a = b; c = d"),
    (r"\ensuremath{\alpha}-divergence", "α-divergence"),
    ("We report money ($) and quality ($/point) for $k$.", "We report money ($) and quality ($/point) for k."),
    # lists and paragraphs
    ("One line that is\nwrapped.\n\nAnother one\nstarts.", "One line that is wrapped. Another one starts."),
    (r"\begin{itemize} \item one \item[x] two \end{itemize}", "• one x two"),
    (r"\begin{enumerate}\item a \item b\end{enumerate} c \par d", "1. a 2. b c d"),
    (r"\begin{eqnarray} a &=& b \\ c &=& d \end{eqnarray}", "a = b; c = d"),
    (r"\begin{equation}\label{x}\begin{split} a &= b \end{split}\tag{1}\end{equation}", "a = b"),
    (r"so $a \mbox{ if $x>0$ and}$ b, $\mathbb{E}_{p_{\theta_{i}}}$", "so a if x > 0 and b, 𝔼_{p_{θ_i}}"),
    (r"see \autoref{fig}, \citet*{x}, \section*{Intro} \textperiodcentered", "see [fig], [x], Intro ·"),
    (r"10{,}000 5{-}shot \textcolor[HTML]{ff0000}{red}", "10,000 5-shot red"),
    (r"a\\[2pt] b\\* c \begin{enumerate}[(i)] \item x\end{enumerate} Ng\^o B\h{a}o", "a b c 1. x Ngô Bảo"),
    # what cannot be read stays as its source
    (r"Our \ours{} does \foo[x]{bar}, {\ours}'s", r"Our \ours{} does \foo[x]{bar}, {\ours}'s"),
    (r"$\unknown{x}$ is $x$", r"$\unknown{x}$ is x"),
    (r"\begin{foo} x \end{foo} \begin{bar} y", r"\begin{foo} x \end{foo} \begin{bar} y"),
    (r"unclosed {\it x and more", r"unclosed {\it x and more"),
    ("} stray { braces \\", "} stray { braces \\"),
    (r"an accent \'3 and \emph", r"an accent \'3 and \emph"),
    (r"$\eqref{a}$", r"$\eqref{a}$"),
    ("{" * 50 + r"x $x^2$", "{" * 50 + "x x^2"),
    ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "plain"), TEXTS)
def test_plain_text(text, plain):
    assert tex.plain(text) == plain


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (r"\href{https://example.org/code}{our page}.", '<a href="https://example.org/code"{}>our page</a>.'),
        (r"\url{https://a.de/x\_y~z}", '<a href="https://a.de/x_y~z"{}>https://a.de/x_y~z</a>'),
        ("at https://a.de/b_c.", 'at <a href="https://a.de/b_c"{}>https://a.de/b_c</a>.'),
        (r"\href{javascript:alert(1)}{x}", "x"),
        (r"\textbf{\emph{really}} so, {\em indeed}.", "<strong><em>really</em></strong> so, <em>indeed</em>."),
        (r"{\bf Title} {\tt a--b} \texttt{x_1}", "<strong>Title</strong> <code>a--b</code> <code>x_1</code>"),
        (r"H\textsubscript{2} x\textsuperscript{2}", "H<sub>2</sub> x<sup>2</sup>"),
        (r"\textbf{\em a} {\it \bf b}", "<strong><em>a</em></strong> <em><strong>b</strong></em>"),
        (r"{\em all $x$}", "<em>all <math><mi>x</mi></math></em>"),
        (r"our \ours and $\nope$", "our <code>\\ours</code> and <code>$\\nope$</code>"),
        ("<b> & $a<b$", "&lt;b&gt; &amp; <math><mi>a</mi><mo>&lt;</mo><mi>b</mi></math>"),
        (r"$\text{<script>}$", "<math><mtext>&lt;script&gt;</mtext></math>"),
        (r"\[x\]", '<math display="block" tabindex="0"><mi>x</mi></math>'),
    ],
)  # fmt: skip
def test_html(text, html):
    rel = ' rel="nofollow ugc noopener"'
    assert tex.paragraphs(tex.read(text)) == f"<p>{html.replace('{}', rel)}</p>"
    assert tex.line(tex.read(text)) == re.sub("</?a[^>]*>", "", html)


def test_paragraphs():
    html = tex.paragraphs(tex.read("One\ntwo.\n\nThree {\\em four\n\nfive}."))
    assert html == "<p>One two.</p>\n<p>Three <em>four</em></p>\n<p><em>five</em>.</p>"
    assert tex.plain_paragraphs(r"a \begin{itemize}\item b\item c\end{itemize}") == ["a", "• b", "• c"]
    assert tex.line(tex.read("One\n\ntwo")) == "One two"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (r"5\% with R\&D and {BERT} and na\"ive", r"5\% with R\&D and BERT and naïve"),
        ("50% of a_b ~5 {x, y}", r"50\% of a\_b \textasciitilde{}5 \textbraceleft{}x, y\textbraceright{}"),
        (r"$\alpha_i$ \textbf{b} x~y \ours{}", r"$\alpha_i$ \textbf{b} x~y \ours{}"),
        ("$50%$ of 5%", r"$50\%$ of 5\%"),
        (r"a $\{x$ b", r"a \$\textbackslash{}\textbraceleft{}x\$ b"),
        (r"{\em b} \url{https://a.de}", r"\emph{b} \url{https://a.de}"),
    ],
)  # fmt: skip
def test_tex(text, written):
    assert tex.latex(text) == written
    assert tex.latex(written) == written


MARKED = [
    r"\textit{a\textit{b}} \textbf{ }",
    r"\textbf{\em a}!\href{http://a.b}{x}",
    r"\texttt{`a`} \href{https://a.de/b_(c)}{d}",
]


@pytest.mark.parametrize("text", [*(text for text, _ in TEXTS if "\\[" not in text and "if $" not in text), *MARKED])
def test_markdown_says_the_same(text):
    assert _words(markdown(tex.markdown(text))) == _words(tex.paragraphs(tex.read(text)))


def _words(html: str) -> list[str]:
    return unescape(re.sub("<[^>]*>", "", html)).split()


SIGNS = [
    "\\",
    "{",
    "}",
    "$",
    "$$",
    "[",
    "]",
    "\\(",
    "\\)",
    "\\[",
    "\\]",
    "%",
    "~",
    "``",
    "''",
    "--",
    "&",
    "a",
    "5",
    "x^2",
    "<b>",
    "é",
]
COMMANDS = [
    "\\emph",
    "\\em ",
    "\\textbf{",
    "\\url{",
    "\\href{http://a.de}{",
    "\\'",
    '\\"{o',
    "\\ours",
    "\\alpha ",
    "\\frac",
]
ENVIRONMENTS = ["\\begin{itemize}", "\\item", "\\end{itemize}", "\\begin{align}", "\\end{align}"]
SOUP = st.lists(st.sampled_from([*SIGNS, *COMMANDS, *ENVIRONMENTS, " ", "\n\n", "\0"]), max_size=25).map("".join)


@settings(max_examples=400, deadline=None)
@given(SOUP | st.text(max_size=80))
def test_any_text_can_be_read_and_brings_no_markup(text):
    for tag in re.findall(r"<[^>]*>?", tex.paragraphs(tex.read(text))):
        assert re.match(r"</?(m[a-z]+|em|strong|code|sup|sub|p|a)\b", tag), tag
        assert not re.search(r"\s(on\w+|style|src)\s*=", tag)
    assert isinstance(tex.plain(text) + tex.markdown(text) + tex.latex(text), str)


NOT_SHOWN = re.compile(r"\\(?:begin|end)\{\w+\}|\\href\{[^}]*\}|\\[a-zA-Z]+")


@settings(max_examples=400, deadline=None)
@given(SOUP)
def test_no_letter_is_lost(text):
    letters = re.findall(r"[^\W_]", NOT_SHOWN.sub("", text))
    assert len(re.findall(r"[^\W_]", tex.plain(text))) >= len(letters)


@pytest.mark.parametrize(
    "piece", ["$", "\\(", "{", "}", "\\emph", "\\begin{itemize}", "$a", "``", "`a ", "\\'", "[", "\\foo[", "\\item"]
)
def test_long_texts_are_read(piece):
    text = (piece * reader.MAX_LENGTH)[: reader.MAX_LENGTH]
    assert len(tex.plain(text)) >= len(re.findall(r"[^\W_]", NOT_SHOWN.sub("", text)))
