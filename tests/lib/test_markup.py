import re

import pytest

from lib.markup import markdown, markdown_text, mentions


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


def test_maths_in_markdown_as_plain_text():
    html = markdown(r"**Note** $\alpha_i < 2$ [here](https://example.org)", plain=True)
    assert html.startswith("<p><strong>Note</strong> α_i &lt; 2 <a href=")
    assert "<math" in markdown(r"$\alpha$")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# One\n\nTwo\n===", "<p><strong>One</strong></p>\n<p><strong>Two</strong></p>\n"),
        ("run model.py or a@b.org", "<p>run model.py or a@b.org</p>\n"),
        ("a&#x202e;b\u2066c\u200b", "<p>abc</p>\n"),
        ("e\u0301" + "\u0302" * 9, "<p>e\u0301\u0302\u0302\u0302</p>\n"),
        (r"$\raisebox{-9em}{x}$", "<p><math><mpadded><mtext>x</mtext></mpadded></math></p>\n"),
        ("$$a\n\nb$$", "<p>$$a</p>\n<p>b$$</p>\n"),
    ],
)
def test_markdown_that_could_disturb_a_page(text, html):
    assert markdown(text) == html


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("See (https://example.org/a_(b)).", "https://example.org/a_(b)"),
        ("**https://example.org/~ada/_x_/**", "https://example.org/~ada/_x_/"),
        ("HTTP://example.org:8000/a?b=c&d#e, and", "HTTP://example.org:8000/a?b=c&amp;d#e"),
        ("“https://example.org/é”", "https://example.org/%C3%A9"),
        ("https://example.org/论文。好", "https://example.org/%E8%AE%BA%E6%96%87"),
        ("[https://example.org](https://example.com)", "https://example.com"),
        ("![a](https://example.org/a.png)", "https://example.org/a.png"),
        ("\\https://example.org", None),
        ("xhttps://example.org http:// https://-", None),
        ("`https://example.org`", None),
    ],
)
def test_a_web_address_becomes_a_link(text, url):
    assert re.findall(r'href="([^"]*)"', markdown(text)) == ([url] if url else [])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@ada, @Grace_H and (@ada-l).", {"ada", "grace_h", "ada-l"}),
        ("**@ada**: # @ada\n\n> - @grace", {"ada", "grace"}),
        ("a@b.org @a@b.org x/@ada https://example.org/@ada", set()),
        ("`@ada` [@ada](https://example.org) <ada@example.org> $@ada$ \\@ada", set()),
        ("```\n@ada\n```\n\n    @ada", set()),
        ("@torch.compile", {"torch"}),
        ("@" + "a" * 39 + " @" + "b" * 40, {"a" * 39}),
        ("谢谢@ada", {"ada"}),
        (" ".join(f"@reader{number}" for number in range(30)), {f"reader{number}" for number in range(20)}),
    ],
)
def test_mentions(text, names):
    assert mentions(text) == names
    html = markdown(text, {name: f"/people/{name}" for name in names})
    assert set(re.findall(r'<a href="/people/([^"]+)"', html)) == names


def test_only_people_who_are_given_are_linked():
    html = markdown("@Ada and @grace, [@ada](https://example.org)", {"ada": "/people/ada"})
    link = '<a href="/people/ada" rel="nofollow ugc noopener">@Ada</a>'
    assert html.startswith(f"<p>{link} and @grace, ")
    assert html.count("/people/") == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# A\n\n> **b** `<c>` [d](https://example.org)\n- e &lt; $\\alpha$", "A b <c> d e < α"),
        ("![f](g.png)\n***\nh", "!f h"),
        (r"$\begin{array}{c}$ $" + r"\sqrt[" * 200 + "$", r"\begin{array}{c} " + r"\sqrt[" * 200),
    ],
)
def test_markdown_as_a_line_of_text(text, line):
    assert markdown_text(text) == line
