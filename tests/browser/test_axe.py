"""Contrasts are measured once a look, and a look that differs in anything that they come from is another one."""

import re

import pytest

from tests.browser import axe

PAGE = """<!doctype html><html lang="en"><title>Looks</title><meta name="viewport" content="width=device-width">
<style>
  body {{ background: #fff; color: #000; }} .pale {{ color: #ccc; }} .dark {{ background: #333; }}
  .box {{ position: absolute; top: 9rem; }} .faint {{ opacity: 0.2; }} .gone {{ display: none; }}
</style><main><h1>Looks</h1>{}</main>"""


@pytest.fixture
def unclear(browser):
    """`unclear(html)`: the ids of the elements whose contrast is too low, in a page of this HTML."""
    axe._pages_with.clear()
    page = browser.new_page()

    def unclear(html: str) -> list[str]:
        page.set_content(PAGE.format(html))
        page.evaluate(axe.SCRIPT)
        faults = [fault for fault in axe._violations(page, "light") if "color-contrast" in fault]
        return [re.search('id="(.*?)"', fault)[1] for fault in faults]

    yield unclear
    page.close()
    axe._pages_with.clear()


ALIKE = '<p class="pale" id="a">One</p><p class="pale" id="b">Two</p>'


def test_a_look_is_measured_once_a_page_and_on_two_pages(unclear):
    assert [unclear(ALIKE) for _ in range(3)] == [["a"], ["a"], []]


@pytest.mark.parametrize(
    "other",
    [
        '<p id="b" class="faint">In another colour</p>',
        '<p id="b" class="dark">On another background</p>',
        '<div class="dark"><p id="b">In an element of another background</p></div>',
        '<div class="faint"><p><b id="b">In a fainter element</b></p></div>',
        '<p class="pale dark"><span class="gone" id="c">Hidden</span></p><p class="dark"><span id="b">Shown</span></p>',
    ],
)
def test_another_look_is_measured(unclear, other):
    unclear('<p class="pale" id="a">One</p><p>Black</p>')
    assert unclear(other + ALIKE) == ["b", "a"]


def test_what_is_positioned_is_always_measured(unclear):
    unclear('<div class="box"><p class="pale" id="a">One</p></div>')
    for _ in range(2):
        both = '<div class="box"><p class="pale" id="a">One</p><p class="pale" id="b">Two</p></div>'
        assert unclear(both) == ["a", "b"]


def test_who_is_disabled_leaves_the_look_unmeasured(unclear):
    button = '<button type="button" class="pale" id="{}" {}>Go</button>'
    unclear(button.format("a", "disabled"))
    assert unclear(button.format("a", "disabled") + button.format("b", "")) == ["b"]
