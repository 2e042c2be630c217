import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.markup import markdown, plain, typeset

ALLOWED_IN_PAPERS = re.compile(r"</?(m[a-z]+|em|strong|code)\b")


@given(st.text(st.sampled_from("<>$\\{}abc&\"' \n/=:_^"), max_size=80) | st.text(max_size=80))
def test_no_text_of_a_paper_becomes_foreign_markup(text):
    for tag in re.findall(r"<[^>]*>?", typeset(text)):
        assert ALLOWED_IN_PAPERS.match(tag), tag
        assert not re.search(r"\s(on\w+|style|href|src)\s*=", tag)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a $x$ b", "a <math><mi>x</mi></math> b"),
        ("$5 and $10", "$5 and $10"),
        ("$x_{<t}$", '<math><msub><mi>x</mi><mrow><mo lspace="0" rspace="0">&lt;</mo><mi>t</mi></mrow></msub></math>'),
        (r"$\unknowable$", r"<code>\unknowable</code>"),
        (r"$\text{<script>}$", "<math><mtext>&lt;script&gt;</mtext></math>"),
        (r"\textbf{bold} \texttt{x_1} 5\%", "<strong>bold</strong> <code>x_1</code> 5%"),
        (r"$\color{red}x$", "<math><mrow><mi>x</mi></mrow></math>"),
        ("<b>", "&lt;b&gt;"),
        ("", ""),
    ],
)
def test_typeset(text, html):
    assert typeset(text) == html


@pytest.mark.parametrize("nested", ["{" * 40_000, "\\frac{" * 20_000, "x^{" * 20_000])
def test_a_formula_too_deep_to_draw_is_shown_as_its_source(nested):
    assert typeset(f"${nested}$") == f"<code>{nested}</code>"


@pytest.mark.parametrize(
    ("text", "present", "absent"),
    [
        (
            "**bold** and https://example.org",
            ["<strong>bold</strong>", 'href="https://example.org"', "nofollow ugc noopener"],
            [],
        ),
        ("<script>alert(1)</script>", ["&lt;script&gt;"], ["<script"]),
        ("[x](javascript:alert(1))", [], ['href="javascript']),
        ("![x](https://example.org/track.png)", [], ["<img"]),
        ("$x^2$", ["<msup>"], ["$"]),
        ("costs \\$5 and $10", ["costs $5 and $10"], ["<math"]),
    ],
)
def test_markdown(text, present, absent):
    html = markdown(text)
    assert all(part in html for part in present), html
    assert not any(part in html for part in absent), html


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (r"We need $\mathcal{O}(n^2)$ steps", "We need 𝒪(n^2) steps"),
        (r"$\alpha_{i} \le \frac{1}{2}$", "α_i ≤1/2"),
        (r"$\sum_{i=1}^n x_i$", "∑_{i=1}^n x_i"),
        (r"$5 and $10, 50\% of $99%$", "$5 and $10, 50% of 99%"),
        (r"\emph{all} \texttt{x_1} & <b>", "all x_1 & <b>"),
        ("$" + "{" * 500 + "x$", "{" * 500 + "x"),
        ("", ""),
    ],
)
def test_maths_as_plain_text(text, read):
    assert plain(text) == read


def test_maths_in_markdown_as_plain_text():
    html = markdown(r"**Note** $\alpha_i < 2$ [here](https://example.org)", plain=True)
    assert html.startswith("<p><strong>Note</strong> α_i &lt; 2 <a href=")
    assert "<math" in markdown(r"$\alpha$")


@given(st.text(st.sampled_from("$\\{}[]abc&%^_ fracsqrthrefsumtextmatrixbeginend"), max_size=80))
def test_any_text_can_be_made_plain(text):
    assert isinstance(plain(f"${text}$ {text}"), str)
