import pytest

from lib.tex import formula


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\alpha_{i} \le \frac{1}{2}", "α_i ≤ 1/2"),
        (r"\frac{a+b}{2}", "(a+b)/2"),
        (r"\sum_{i=1}^n x_i", "∑_{i=1}^n x_i"),
        (r"\mathcal{O}(n^2)", "𝒪(n^2)"),
        (r"\sqrt{x+1} \sqrt[3]{x}", "√(x+1)x^{1/3}"),
        (r"x \in \{0,1\}^{d \times n}", "x ∈ {0, 1}^{d×n}"),
        (r"\hat{x} + \widetilde{y}", "x̂+ỹ"),
        (r"\log n + \log(n) + \max_{x} f", "log n+log(n)+max_x f"),
        (r"\mathrm{KL}(p \| q)", "KL(p‖q)"),
        (r"\binom{n}{k}", "(n choose k)"),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "(a, b; c, d)"),
        (r"90^\circ, 45\deg, f'(x), 10,000", "90°, 45°, f′(x), 10,000"),
        (r"\nicefrac{1}{2} \hbox{ or } \substack{a\\b}", "1/2 or a; b"),
        (r"\pmb{x} \mathbbm{1} \textup{a} \AA", "𝒙𝟙aÅ"),
        (r"C^* A\xrightarrow{f}B \underline{x} \overrightarrow{AB}", "C^*A →^f Bx̲A⃗B⃗"),
        (r"E = mc^2 \eqno(1)", "E = mc^2"),
        ("5%", "5%"),
    ],
)
def test_a_formula_as_text(tex, text):
    assert formula.text(formula.mathml(tex)) == text


@pytest.mark.parametrize("tex", [r"\nope", "{" * 40_000, "\\frac{" * 20_000, "x^{", r"\def\a{x}\a", "a" * 2_001])
def test_what_math_core_cannot_read(tex):
    assert formula.mathml(tex) is None
