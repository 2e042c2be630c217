"""What names a paper, and what does not; and the places of the site where one is named."""

import re

import pytest
from django.conf import settings
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import html

from papers import identifiers
from papers.models import Collection, Item, Submission
from tests.factories import PaperFactory

NO_ID = r"is not an arXiv id|names several papers"

new_ids = st.from_regex(r"[0-9]{2}(0[1-9]|1[0-2])\.[0-9]{4,5}", fullmatch=True)
old_ids = st.from_regex(r"(hep-th|math|cs|astro-ph)/[0-9]{2}(0[1-9]|1[0-2])[0-9]{3}", fullmatch=True)
addresses = st.one_of(
    st.sampled_from([f"{host}/{folder}/" for folder in folders]) for host, folders in identifiers.HOSTS.items()
)
prefixes = st.sampled_from(["", "https://", "http://", "https://www.", "<https://", "See (www."]).flatmap(
    lambda prefix: addresses.map(prefix.__add__)
)
marks = ["arXiv:", "arxiv: ", "arXiv ", "doi:10.48550/arXiv.", "https://doi.org/10.48550/arXiv.", "oai:arXiv.org:"]
suffixes = ["", "/", ".pdf", ".pdf#page=3", "?utm_source=x", "#S2.1", " [cs.CL]", ">", ").", ", 2025"]


@given(new_ids | old_ids, st.none() | st.integers(1, 99), prefixes | st.sampled_from(marks), st.sampled_from(suffixes))
def test_every_form_names_its_paper(arxiv_id, version, prefix, suffix):
    text = f" {prefix}{arxiv_id}{f'v{version}' if version else ''}{suffix} "
    assert identifiers.parse(text) == (arxiv_id, version)


@given(new_ids | old_ids, st.none() | st.integers(1, 99))
def test_an_id_alone_names_its_paper(arxiv_id, version):
    versioned = f"{arxiv_id}v{version}" if version else arxiv_id
    for text in (versioned, f"“{versioned}”", f"{versioned}.pdf", f"[{versioned}] A title with 2 words"):
        assert identifiers.parse(text) == (arxiv_id, version)


@pytest.mark.parametrize(
    "text",
    [
        "arXiv:2501.00001v1 [cs.CL] 1 Jan 2025",
        "2501.00001 [hep-th]",
        "A. One, B. Two: A title. arXiv preprint arXiv:2501.00001 (2025)",
        "A title https://arxiv.org/abs/2501.00001 via @somebody",
        "https://www.google.com/url?q=https%3A%2F%2Farxiv.org%2Fabs%2F2501.00001&sa=D",
        "@misc{one, eprint={2501.00001}, archivePrefix={arXiv}, url={https://arxiv.org/abs/2501.00001v2}}",
        "https://arxiv.org/abs/2501.00001 https://arxiv.org/pdf/2501.00001v2",
        "https://ar5iv.labs.arxiv.org/html/2501.00001",
        "https://api.semanticscholar.org/graph/v1/paper/ARXIV:2501.00001",
        "请看https://arxiv.org/abs/2501.00001。",
        "/papers/2501.00001/similar",
        f"{settings.BASE_URL}/papers/2501.00001v2#comments",
        f"{settings.BASE_URL}/papers/2501.00001?next=https://arxiv.org/abs/2502.00002",
        "https://arxiv.org/abs/2501.00001?ref=arxiv.org/abs/2502.00002",
        "https://arxiv.org/pdf/2501.00001v2.pdf?x=1#from=https%3A%2F%2Farxiv.org%2Fabs%2F2502.00002",
        "https://www.alphaxiv.org/zh/overview/2501.00001",
        "https://arxiv.org:443/abs/2501.00001",
        "https://huggingface.co/api/papers/2501.00001",
        "CoRR, abs/2501.00001, 2025",
        "２５０１.00001",
        "https://www.alphaxiv.org/pt-br/overview/2501.00001v1",
        "https://arxiv.org/ftp/arxiv/papers/2501/2501.00001.pdf",
        "http://arxiv.org/PS_cache/arxiv/pdf/2501/2501.00001v1.pdf",
        "abs/2501.00001",
        "/pdf/2501.00001v3.pdf",
        "papers/2501.00001",
        "2501.00001 (cs.CL)",
        "2501.00001v2 (hep-th)",
        "arXiv.2501.00001",
        "arXiv-2501.00001v2.tar.gz",
    ],
)
def test_text_around_the_name_of_one_paper(text):
    assert identifiers.parse(text)[0] == "2501.00001"


@pytest.mark.parametrize(
    "text",
    [
        "math.GT/0309136",
        "MATH/0309136",
        "arxiv.org/abs/Math.gt/0309136v2",
        "abs/math/0309136",
        "https://arxiv.org/ftp/math/papers/0309/0309136.pdf",
    ],
)
def test_old_ids_are_read_as_arxiv_writes_them(text):
    assert identifiers.parse(text)[0] == "math/0309136"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2513.00001",
        "2501.000012",
        "-2501.00001",
        "2501.00001 tokens",
        "trained on 2501.00001",
        "论文2501.00001",
        "2501.00001, 2501.00002",
        "arXiv:2501.00001 and 2501.00002",
        "https://arxiv.org/abs/2501.00001 https://arxiv.org/abs/2501.00002",
        "https://notarxiv.org/abs/2501.00001",
        "https://huggingface.co/blog/2501.00001",
        "https://huggingface.co/papers?q=2501.00001",
        "https://arxiv.org/list/cs.CL/2501",
        "https://arxiv.org/list/hep-th/9901001",
        "2501.00001 (see the appendix)",
        "2501.00001 (pre-trained)",
        "blog/abs/2501.00001",
        "https://arxiv.org/abs/2501.00001?x=1 https://arxiv.org/abs/2501.00002?x=1",
        "2501.00001.json.gz",
    ],
)
def test_what_names_no_paper_or_several(text):
    with pytest.raises(ValueError, match=NO_ID):
        identifiers.parse(text)


pieces = st.sampled_from(["2501.00001", "hep-th/9901001", "v2", "arXiv:", "arxiv.org/abs/", "%25", "[", "] ", "/", "?"])


@example("arXiv:2501.00001 arXiv:2501.00002")
@given(st.text() | st.lists(pieces | st.text(max_size=2)).map("".join))
def test_every_text_is_a_name_or_a_value_error(text):
    try:
        arxiv_id, version = identifiers.parse(text)
    except ValueError as error:
        assert re.search(NO_ID, str(error))
    else:
        assert identifiers.parse(identifiers.arxiv_url(arxiv_id)) == (arxiv_id, None)
        assert version is None or 1 <= version <= 999


@pytest.mark.parametrize("piece", ["a", "a-", "arxiv ", "2501.0", "arxiv.org/abs/", "/", "[aa", "%25", "?", "https://"])
def test_the_longest_texts_name_no_paper(piece):
    with pytest.raises(ValueError, match="is not an arXiv id"):
        identifiers.parse(piece * (identifiers.MAX_LENGTH // len(piece)))


@pytest.mark.parametrize(
    "text",
    [
        "https://arxiv.org/abs/2509.08721?tracking-id=x",
        "https://arxiv.org/pdf/2509.08721v1.pdf#page=3",
        "arXiv:2509.08721v1 [cs.CL]",
        "https://www.alphaxiv.org/overview/2509.08721",
        "https://huggingface.co/papers/2509.08721?utm_source=" + "x" * 300,
    ],
)
def test_every_place_takes_every_form(text, alice, lab, signed_in):
    paper = PaperFactory(arxiv_id="2509.08721", organisation=lab)
    reader = signed_in(alice)
    assert reader.get("/papers", {"q": text}).url == "/papers/2509.08721"
    typing = reader.get("/papers", {"q": text}, headers={"hx-request": "true"})
    assert typing.headers["HX-Redirect"] == "/papers/2509.08721"
    assert reader.act("/papers/submit", {"arxiv_id": text}).url == "/papers/2509.08721"
    assert not Submission.objects.exists()
    Collection.objects.create(key="autumn", name="Autumn", user=alice, visibility="public")
    reader.act("/collections/autumn/add", {"what": text})
    assert Item.objects.get().paper == paper
    reader.act("/orgs/lab/featured/add", {"what": text})
    lab.refresh_from_db()
    assert lab.draft["featured"] == [paper.pk]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("trained on 2509.08721 tokens", "is not an arXiv id"),
        ("https://arxiv.org/abs/2509.08721 https://arxiv.org/abs/2509.08722", "names several papers. Enter one."),
    ],
)
def test_text_that_does_not_name_one_paper_is_searched_and_submits_nothing(text, problem, alice, signed_in):
    PaperFactory(arxiv_id="2509.08721")
    reader = signed_in(alice)
    assert 'name="q"' in reader.get("/papers", {"q": text}, follow=True).content.decode()
    answer = reader.act("/papers/submit", {"arxiv_id": text})
    assert problem in answer.content.decode()
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    ("arxiv_id", "names"),
    [
        ("2509.08721", ["arXiv HTML", "alphaXiv", "Semantic Scholar", "Hugging Face"]),
        ("2311.00001", ["alphaXiv", "Semantic Scholar", "Hugging Face"]),
        ("hep-th/9901001", ["Semantic Scholar"]),
    ],
)
def test_a_paper_can_be_read_where_its_id_is_known(stranger, db, arxiv_id, names):
    PaperFactory(arxiv_id=arxiv_id)
    page = html.fromstring(stranger.get(f"/papers/{arxiv_id}").content)
    links = page.xpath("//section[@aria-labelledby='read-on']//a")
    assert [link.text for link in links] == names
    assert all(link.get("href").endswith(arxiv_id) for link in links)
