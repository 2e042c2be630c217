from hypothesis import given
from hypothesis import strategies as st

from papers.discussion.changes import TextChange, text_change

TEXT = st.text("ab \n", max_size=30)


def test_the_words_that_changed_are_found():
    assert text_change("a red fox ran", "a blue cat ran") == TextChange("a ", "red fox", "blue cat", " ran")
    assert text_change("same", "same") == TextChange("same", "", "", "")


@given(TEXT, TEXT)
def test_both_texts_can_be_read_from_a_change(old, new):
    change = text_change(old, new)
    assert change.before + change.old + change.after == old
    assert change.before + change.new + change.after == new
