import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from lib.mailboxes import canonical, mailbox, validate


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("User@BÜCHER.example", "user@xn--bcher-kva.example"),
        ("user@bu\u0308cher.example", "user@xn--bcher-kva.example"),
        ("user@XN--BCHER-KVA.example.", "user@xn--bcher-kva.example"),
        ("user＠bücher。example", "user@xn--bcher-kva.example"),
        ("ｕｓｅｒ@ｅｘａｍｐｌｅ．ｏｒｇ", "user@example.org"),
        (" us\u200ber@exam\u00adple.org\u202e\n", "user@example.org"),
        ("user@faß.example", "user@xn--fa-hia.example"),  # another domain than fass.example
        ("мария@пример.example", "мария@xn--e1afmkfd.example"),
        ("user@a_b.example", "user@a_b.example"),
        ("user@[192.0.2.7]", "user@[192.0.2.7]"),
        ("user@☃.example", "user@☃.example"),
        ("Dora", "dora"),
        ("bücher", "bücher"),
        ("", ""),
    ],
)
def test_canonical(typed, kept):
    assert canonical(typed) == kept


@pytest.mark.parametrize(
    ("email", "message"),
    [
        ("user@☃.example", "not a valid domain"),
        ("user@xn--zzzzz-.example", "not a valid domain"),
        ("user@ü..example", "not a valid domain"),
        (f"user@{'ü' * 70}.example", "not a valid domain"),
        ("мария@xn--e1afmkfd.example", "plain Latin letters before the @"),
        ("@example.org", "Enter a valid email address."),
        ("user", "Enter a valid email address."),
    ],
)
def test_where_no_mail_can_be_sent(email, message):
    with pytest.raises(ValidationError, match=message):
        validate(email)


@given(st.builds("{}@{}.example".format, st.text("aAéИ１+.\u200b", max_size=5), st.text("aÜß-xn。．._\u0308\u200d")))
def test_a_canonical_address_stays_as_it_is(typed):
    email = canonical(typed)
    assert canonical(email) == email
    assert mailbox(email) == mailbox(typed)
