"""Any text in the search box or in the address is answered, in words and in time."""

import pytest
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.papers.search.test_syntax import typed

WORDS = 'graph reasonig choi godel chain -survey OR "chain of thought" molec GPT-4 -- -" \' \\ % _ : & | ! <-> * ㌖ ﷺ ﾞ'
words = st.lists(st.sampled_from(WORDS.split(" ")), max_size=12).map(" ".join)
texts = st.text(max_size=200) | st.text(min_size=400, max_size=600) | words
texts |= typed.map(lambda text: text.encode(errors="ignore").decode())
queries = st.fixed_dictionaries(
    {"q": texts},
    optional=dict.fromkeys(("author", "topic", "org"), texts)
    | {"by": st.sampled_from(["words", "meaning"]), "sort": st.sampled_from(["newest", "relevance"])},
)
paths = st.sampled_from(["/papers", "/papers", "/papers/date/2025-09-10", "/papers/2509.00001/similar"])


@pytest.fixture
def ask(library):
    """A function that requests a path, follows redirects, and accepts any page with a heading."""
    library["chain"].arxiv_id = "2509.00001"
    library["chain"].save()
    reader = Client(raise_request_exception=True, HTTP_HOST="127.0.0.1")

    def ask(path, query=None):
        answer = reader.get(path, query, follow=True)
        assert answer.status_code in {200, 400, 404}  # 503 would be a statement of more than a second
        assert len(answer.redirect_chain) <= 1
        assert "<h1" in answer.content.decode()

    return ask


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], print_blob=True)
@given(paths, queries)
@example("/papers", {"q": "x" * 10_000})
@example("/papers", {"q": "graph " * 1_666})
@example("/papers", {"q": "-" * 10_000})
@example("/papers", {"q": '"' * 9_999})
@example("/papers", {"q": "OR " * 3_000 + "a"})
@example("/papers", {"q": "graph" * 100})
@example("/papers", {"q": "graph\x00"})
@example("/papers", {"q": "a & b | !c:* <-> (d 'e' \\"})
@example("/papers", {"q": "-a" + "㌖" * 490})  # each becomes six letters
@example("/papers", {"q": "a" + "㌖" * 499, "author": "a" + "㌖" * 199, "topic": "㌖" * 120})
@example("/papers", {"q": "graph a" + "㌖" * 490})
@example("/papers", {"q": "ﷺ" * 500})  # each becomes four words
@example("/papers", {"q": "graph " + "ﷺ" * 490})
@example("/papers", {"q": "graph " + "a " * 245})
@example("/papers", {"q": "graph " + "1" * 490})
@example("/papers", {"q": "𝔤𝔯𝔞𝔭𝔥 🤖👩‍🔬 g\u0301\u0301raph " + "\u0301" * 400})
@example("/papers", {"q": "\u202eשלום עולם ﻻ हिन्दी ไทย 東京 한국어 Ελληνικά"})
def test_any_text_is_answered_in_words(ask, path, query):
    ask(path, query)


@pytest.mark.parametrize("raw", ["%", "%ff%fe", "%ed%a0%80", "%u0041", "a%00b", "&q=a&q=b", "q=" * 999])
def test_what_is_no_text_is_answered_too(ask, raw):
    ask(f"/papers?q={raw}")


@pytest.mark.parametrize("text", ['"a"b' * 125, '"' + "a " * 249 + "b", "-OR" * 166])
def test_a_text_that_its_normal_form_makes_longer_is_still_searched_for(library, stranger, text):
    assert len(text) <= 500
    assert stranger.get("/papers", {"q": text, "by": "words"}, follow=True).status_code == 200
