"""What a process keeps of pages: parts of templates, and values in memory."""

import pytest
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.utils.safestring import mark_safe

from lib.memory import MemoryCache


def drawn(template: Template, **values) -> str:
    return template.render(Context(values))


def test_a_kept_part_is_drawn_once_for_the_same_values_and_knows_nothing_else():
    template = Template("{{ name }}: {% kept shown=count %}{{ shown }}{{ name }}{{ count }}{{ user }};{% endkept %}")
    assert drawn(template, name="Anna", count=1, user="Anna") == "Anna: 1;"
    assert drawn(template, name="Bert", count=1, user="Bert") == "Bert: 1;"
    assert drawn(template, name="Bert", count=2) == "Bert: 2;"
    assert drawn(template) == ": ;"


def test_values_of_a_kept_part_are_escaped_and_bounded_in_number():
    template = Template("{% kept shown=text %}<b>{{ shown }}</b>{% endkept %}")
    assert drawn(template, text="<i>") == "<b>&lt;i&gt;</b>"
    for number in range(250):
        assert drawn(template, text=number) == f"<b>{number}</b>"
    assert len(template.nodelist[0].drawn) <= 100


def test_a_kept_part_knows_no_request(rf):
    template = Template("{% kept %}{% querystring b=1 %}{% endkept %}")
    with pytest.raises(AttributeError, match="request"):
        template.render(RequestContext(rf.get("/?secret=alice")))


def test_equal_values_of_other_kinds_are_drawn_again():
    template = Template("{% kept shown=text %}{{ shown }}{% endkept %}")
    texts = [drawn(template, text=text) for text in (mark_safe("<b>"), "<b>", 1, True)]
    assert texts == ["<b>", "&lt;b&gt;", "1", "True"]


def test_a_kept_part_has_no_block():
    with pytest.raises(TemplateSyntaxError, match="drawn once for all pages"):
        Template("{% kept %}{% if True %}{% block main %}{% endblock %}{% endif %}{% endkept %}")


def test_a_cache_in_memory_keeps_values_until_there_are_too_many():
    cache = MemoryCache("test", {"OPTIONS": {"MAX_ENTRIES": 9}})
    value = object()
    cache.set("first", value, timeout=1)
    assert MemoryCache("test", {}).get("first") is value
    assert cache.get_many(["first", "second"]) == {"first": value}
    cache.set_many({str(number): number for number in range(20)})
    assert cache.get("first") is None
    assert cache.get("19") == 19
    assert len(cache._values) <= 9
    cache.clear()
    assert cache.get("19") is None
