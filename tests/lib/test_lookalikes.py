"""Which names look alike, after Unicode's table of such signs."""

import pytest

from lib.lookalikes import skeleton


@pytest.mark.parametrize(
    "name",
    [
        *(
            "ЅONY",
            "ЅОΝУ",
            "ՏՕΝΎ",
            "ᏚᎾNY",
            "ꓢꓳꓠꓬ",
            "𝐒𝗈𝓷𝕪",
            "Ｓｏｎｙ",
            "Ⓢⓞⓝⓨ",
            "ꜱᴏɴʏ",
            "Ṡöñÿ",
            "S0ny",
            "So\u0336n\u0489y",
            "ѕοոу",
        ),
        *("ЅОΝУ\u200b", "S\u2063ony", "so-ny"),
    ],
)
def test_letters_of_any_script(name):
    assert skeleton(name) == skeleton("Sony")


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("ΝΑΤΟ", "NATO"),
        ("Ηarvard", "Harvard"),
        ("Rоsаtом", "ROSATOM"),
        ("Мета", "META"),
        ("Соrnеll", "Comell"),
        ("GooglЕ", "google"),
        ("ⅬⅬℳ", "llm"),
        ("Ιntеl", "lntel"),
        ("Iǀ1", "lll"),
        ("Łódź", "Lodz"),
        ("ᴡave", "vvave"),
        ("スカイ", "ス力イ"),  # the second has the Chinese character for strength
        ("二コン", "ニコン"),
        ("ﺎﺏ", "اب"),
    ],
)
def test_two_names_that_look_alike(name, other):
    assert skeleton(name) == skeleton(other)


@pytest.mark.parametrize(
    ("name", "other"),
    [("Sony", "Song"), ("Яндекс", "Индекс"), ("東京大学", "京都大学"), ("Zürich", "Züricher"), ("Δ Lab", "Lab")],
)
def test_two_names_that_do_not(name, other):
    assert skeleton(name) != skeleton(other)
