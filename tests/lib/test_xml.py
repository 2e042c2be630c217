import pytest

from lib.xml import BadXML, parse, writable

BOMB = (
    "<!DOCTYPE x ["
    + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    + "]><x>&e9;</x>"
)


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        '<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd">]><x>&file;</x>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><x/>',
        "<x>",
        "",
        "no xml",
        "<x>" * 300 + "</x>" * 300,
    ],
    ids=["bomb", "file", "dtd", "unclosed", "empty", "text", "deep"],
)
def test_dangerous_or_broken_xml_is_refused(text):
    with pytest.raises(BadXML):
        parse(text.encode())


def test_plain_xml_is_read():
    assert parse(b"<x><y>1</y></x>").findtext("y") == "1"


def test_what_no_document_can_hold_is_left_out():
    text = "".join(
        map(chr, (0, 8, 9, 10, 13, 31, 32, 0x7F, 0x85, 0xD7FF, 0xD800, 0xE000, 0xFFFD, 0xFFFE, 0xFFFF, 0x1F600))
    )
    kept = writable(text)
    assert kept == "\t\n\r \x7f\x85\ud7ff\ue000\ufffd😀"
    assert parse(f"<x>{kept}</x>".encode()).tag == "x"
