import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.templatetags.house import bare_url, compact
from lib.text import as_quotation, legible, one_line, quoted
from lib.words import MARKS, UNSPACED, ascii_slug, bare, bare_term, fold


@pytest.mark.parametrize(
    ("text", "line"),
    [("a\n  b", "a b"), ("a\x00b\x1f", "a b"), ("  a\t\r\nb ", "a b"), ("", ""), ("é\u2028x", "é x")],
)
def test_one_line(text, line):
    assert one_line(text) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\x85b\u2029c\x0bd", "a b c d"),
        ("in\u00advoice\u200b \u202egpj\u2066", "invoice gpj"),
        ("a\u3164\uffa0\u2800\U000e0061\U000e0100\ufe0fb", "ab"),
        ("e\u0301", "é"),
        ("ad\u200cmin\u200d", "admin"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # Persian
        ("क्\u200dष", "क्\u200dष"),  # Devanagari
        ("می\u200c\u200cخ\u200c", "میخ"),
        ("🗞\ufe0f👩\u200d🔬", "🗞\ufe0f👩\u200d🔬"),
        ("a\ufe0f\u200d🔬\ufe0f\ufe0f\u200d\ufe0f", "a🔬\ufe0f"),
        ("Z" + "\u0351" * 40 + "oe", "Z" + "\u0351" * 4 + "oe"),
        ("ب" + "\u06d6\u200d" * 40 + "ب", "ب" + "\u06d6\u200d" * 3 + "\u06d6ب"),
        ("\u0301 \u0483a\u0301 ", "á"),
        ("ប៊\u200cី ร์ क़्\u200dष", "ប៊\u200cី ร์ क़्\u200dष"),  # Khmer, Thai, Devanagari
        ("\u202e\u0301 \u200b", ""),
    ],
)
def test_what_cannot_be_seen(text, line):
    assert one_line(text) == line


@given(st.text() | st.text("aب🔬क \u200c\u200d\ufe0f\u200b\u0301\u0344\u06d6\u094d\u302a\u2028\u0334\u0941\U0001d165"))
def test_a_line_is_a_line_already(text):
    line = one_line(text)
    assert one_line(line) == line
    assert len(line.splitlines()) <= 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("क\u0301" + "\u094d\u200d" * 200_000 + "क", "क\u094d\u0301" + "\u200d\u094d" * 199_999 + "\u200dक"),
        ("a" + "\u0301\u094d\u200d" * 200_000 + "क", "á" + "\u094d" * 5 + "\u0301" * 4 + "क"),
        ("क" + "\u094d" * 400_000, "क" + "\u094d" * 400_000),
        ("a" + "\u0301\u0323" * 200_000 + "b", "ạ" + "\u0323" * 4 + "b"),
    ],
    ids=["joiners", "stray joiners", "signs", "accents"],
)
def test_a_run_of_marks_is_read_in_the_time_of_its_length(text, line):
    assert one_line(text) == line


@given(st.text())
def test_a_quotation_cannot_be_ended_from_within(text):
    quotation = quoted(text)
    assert quotation[0] + quotation[-1] == "“”"
    assert not set(quotation[1:-1]) & set('"“”„‟«»\n')
    assert len(quotation) <= 82


def test_every_line_of_a_quotation_is_marked():
    assert as_quotation("No.\r\n\r\nhttps://evil.example\u2028More") == "> No.\n>\n> https://evil.example\n> More"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Núñez", "nunez"),
        ("ÅNGSTRÖM", "angstrom"),
        ("Łucja Ørsted, Đura Işık", "lucja orsted, dura isik"),
        ("Þór, með Æsu; cœur", "thor, med aesu; coeur"),
        ("Straße, STRAẞE", "strasse, strasse"),
        ("ŋ ħ ĸ ə Col·lecció coŀlecció", "ng h q e colleccio colleccio"),
        ("İstanbul IŞIK ısı", "istanbul isik isi"),
        ("ﬁne Ｗｉｄｅ x² F₁", "fine wide x2 f1"),
        ("ΣΊΣΥΦΟΣ σίσυφος", "σισυφοσ σισυφοσ"),
        ("Эйлер Ёлка", "эилер елка"),
        ("כִּתָה كِتَاب مـد", "כתה كتاب مد"),
        ("می\u200cخواهم", "میخواهم"),
        ("が か ｶﾞ 한국", "が か ガ 한국"),
        ("हिन्दी ไก่ မြန်မာ", "हिन्दी ไก่ မြန်မာ"),
        ("٣४", "34"),
        ("Hawaiʻi Qurʾān", "hawai'i qur'an"),
        ("𝐀𝒃 𞤀𠀀", "ab a𠀀"),
    ],
)
def test_fold(text, folded):
    assert fold(text) == folded


@given(st.text())
def test_folded_text_stays_as_it_is(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Łódź & Ørsted", "lodz-orsted"),
        ("深度", "shendu"),
        ("Лаборатория_2", "laboratoriya-2"),
        ("long-name", "long"),
        ("v1.2 of 01.AI", "v1-2-of-01-ai"),
        ("!?", ""),
    ],
)
def test_ascii_slug(text, slug):
    assert ascii_slug(text, 5 if text == "long-name" else 60) == slug


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("GPT-4", "gpt 4"),
        ("gpt4", "gpt 4"),
        ("gpt 4", "gpt 4"),
        ("GPT-4.5: 3.14 and v1.2.3.", "gpt 4.5 3.14 and v 1.2.3"),
        ("3D-4o 7b1", "3d 4o 7b 1"),
        ("and/or here.Then ... .5 5.", "and or here then 5 5"),
        ("Newton's O’Brien", "newtons obrien"),
        ("snake_case", "snake case"),
        ("$x^2$ “quoted” — 50 %", "x2 quoted 50"),
        ("Go\u0308del Straße ﬁne", "godel strasse fine"),
        ("東京 Эйлер", "東京 京 эилер"),
        ("基于GPT4的学习。学", "基于 于 gpt 4 的学 学习 习 学"),
        ("がくｶﾞ 한국어", "がく くガ ガ 한국 국어 어"),
        ("ไก่ไทย हिन्दी", "ไก่ ก่ไ ไท ทย ย हिन्दी"),
        ("C++, c# F#; A* .NET C++17", "cplusplus csharp fsharp astar dotnet cplusplus 17"),
        ("UNet++ ASP.NET *a* a**b C#m 用C++编写", "unet plusplus asp net a a b c m 用 cplusplus 编写 写"),
        ("L2 L-2 L_2 L² $x^2$ T5 D4RL", "l2 l2 l2 l2 x2 t5 d4rl"),
        ("v1.2 k-NN 1.5b ε-greedy Node.js TF-IDF", "v 1.2 k nn 1.5 b epsilon greedy node js tf idf"),
        ("Hawaiʻi d‘Alembert", "hawaii dalembert"),
        ("x" * 600, "x" * 500),
        ("!? -- _", ""),
        ("", ""),
    ],
)
def test_bare(text, words):
    assert bare(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("深度学", "深度 度学"),
        ("学", "学"),
        ("学 学", "学 学"),
        ("深度 GPT", "深度 度 gpt"),
        ("GPT 深度", "gpt 深度"),
        ("", ""),
    ],
)
def test_a_term_has_no_last_letter_of_its_own(text, words):
    assert bare_term(text) == words


@given(st.text())
def test_bare_is_words_one_space_apart_and_stays_as_it_is(text):
    assert all(re.fullmatch(rf"[\d.]+|[\w{MARKS}]+", word) for word in bare(text).split())
    assert bare(bare(text)) == bare(text) or re.search(f"[{UNSPACED}]", bare(text))
    assert "  " not in bare(text)


def test_a_long_number_is_read_in_the_time_of_its_length():
    assert bare("9" * 200_000 + ".5 " + "1." * 100_000) == f"{'9' * 500} {'1.' * 250}".rstrip(".")


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (987, "987"),
        (1000, "1.0k"),
        (1234, "1.2k"),
        (34_500, "34k"),
        (999_499, "999k"),
        (999_999, "1.0M"),
        (1_234_567, "1.2M"),
    ],
)
def test_compact(count, text):
    assert compact(count) == text


def test_bare_url():
    assert bare_url("https://www.example.org/a/") == "example.org/a"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\r\nb\rc\u2028d\x85\te\x00\x1b", "a\nb\nc\nd\n\te"),
        ("in\u00advoice\u200b \u202egpj\u2066 \ud800", "invoice gpj "),
        ("ế" + "\u0301" * 3 + "\u0e47" * 5, "ế\u0301\u0301\u0301\u0e47"),
        ("\u0301\u0301a", "a"),
        ("می\u200cخواهم 👩\u200d🔬", "می\u200cخواهم 👩\u200d🔬"),
    ],
)
def test_legible(text, lines):
    assert legible(text) == lines
    assert legible(lines) == lines
