"""How names are read: people's by their parts, groups and names of other scripts as one piece."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.text import one_line
from papers.names import Details, Name, is_same, joined, placed, read

HUB = sorted((Path(__file__).parents[3] / "shared" / "data" / "hub_daily").glob("*.json.gz"))
PEOPLE = {  # particle, family name, given names, suffix
    "Ada Lovelace": ("", "Lovelace", "Ada", ""),
    "Paul Example Jr.": ("", "Example", "Paul", "Jr."),
    "Paul Example, Jr.": ("", "Example", "Paul", "Jr."),
    "Example, Paul, Jr.": ("", "Example", "Paul", "Jr."),
    "Ada Sample III": ("", "Sample", "Ada", "III"),
    "J. R. R. Tolkien": ("", "Tolkien", "J. R. R.", ""),
    "Lovelace, Ada": ("", "Lovelace", "Ada", ""),
    "Aäron van den Oord": ("van den", "Oord", "Aäron", ""),
    "van den Oord, Aäron": ("van den", "Oord", "Aäron", ""),
    "Juan de la Cruz": ("de la", "Cruz", "Juan", ""),
    "Ludwig von und zu Beispiel": ("von und zu", "Beispiel", "Ludwig", ""),
    "Benedito Alves de Oliveira Junior": ("de", "Oliveira", "Benedito Alves", "Junior"),
    "Guy Van den Broeck": ("", "Van den Broeck", "Guy", ""),
    "Luc Van Gool IV": ("", "Van Gool", "Luc", "IV"),
    "Chien Van Nguyen": ("", "Nguyen", "Chien Van", ""),
    "Xue Bin Peng": ("", "Peng", "Xue Bin", ""),
    "De Wen Soh": ("", "Soh", "De Wen", ""),
    "Abdul al-Hakim": ("", "al-Hakim", "Abdul", ""),
    "Blaise Agüera y Arcas": ("", "Agüera y Arcas", "Blaise", ""),
    "Dr. Ma Li": ("", "Li", "Dr. Ma", ""),
    "Md. Ashraful Islam": ("", "Islam", "Md. Ashraful", ""),
    "Jack MA": ("", "MA", "Jack", ""),
    "Ding Ai": ("", "Ai", "Ding", ""),
    "Van Nguyen": ("", "Nguyen", "Van", ""),
    "Hernán (Nan) Li": ("", "Li", "Hernán (Nan)", ""),
    "Jane Doe, Ph.D.": ("", "Doe", "Jane", "Ph.D."),
    "Jane Doe Ph. D.": ("", "Doe", "Jane", "Ph.D."),
    "John Smith, M.D.": ("", "Smith", "John", "M.D."),
    "Jane van Doe Jr., MD, PhD": ("van", "Doe", "Jane", "Jr. MD PhD"),
    "Doe, Jane, Ph.D.": ("", "Doe", "Jane", "Ph.D."),
    "Adalberto Junior": ("", "Junior", "Adalberto", ""),
    "Smith, M.D.": ("", "Smith", "M.D.", ""),
    "Jane Doe Md": ("", "Md", "Jane Doe", ""),
    "J. Smith 3rd": ("", "Smith", "J.", "3rd"),
    "Ada Lovelace 1": ("", "Lovelace", "Ada", ""),
    "Ada Sample III^1,2*": ("", "Sample", "Ada", "III"),
    "van Rijn": ("van", "Rijn", "", ""),
    "de Souza Dutra": ("de", "Souza Dutra", "", ""),
    "Nguyen Van Minh": ("", "Nguyen", "Van Minh", ""),
    "Nguyễn Thị Lan Anh": ("", "Nguyễn", "Thị Lan Anh", ""),
}
GROUPS = [
    "Example Team",
    "Team Cohere",
    "Gemma Team, Google DeepMind",
    "The LUX Collaboration",
    "Keck Array",
    "LG AI Research",
    "Essential AI",
    "DeepSeek-AI",
    "01. AI",
    "o3 contributors",
    "Shanghai AI Lab",
    "Microsoft Azure Quantum",
    "Mark Scott for the NuPRISM",
    "Chip and Dale",
    "Müller & Co",
]


@pytest.mark.parametrize("full", PEOPLE)
def test_a_person(full):
    particle, family, given, suffix = PEOPLE[full]
    assert read(full) == Name(full, family, given, suffix, particle)


@pytest.mark.parametrize("full", GROUPS)
def test_a_group_is_one_name(full):
    assert read(full) == Name(full, is_group=True)


@pytest.mark.parametrize("full", ["Plato", "高橋 みなみ", "毛泽东", "김민준", "Foo, Bar, Baz", "Llama 3"])
def test_what_cannot_be_divided_is_left_alone(full):
    assert read(full) == Name(full)


@pytest.mark.parametrize(
    "details",
    [
        Details("Dutra", "A. de Souza"),
        Details("García López", "Ana"),
        Details("Company", "Joan"),
        Details("Lab", "Joan"),
        Details("Ai", "Ding", "III"),
        Details("Network", "Anna"),
        Details("Inc", "J."),
        Details("Garcia Marquez"),
        Details("みなみ", "高橋"),
    ],
)
def test_what_a_source_divides_stays_divided(details):
    full = one_line(f"{details.given} {details.family} {details.suffix}")
    assert read(full, details) == Name(full, *details[:3])


def test_a_divided_family_name_begins_with_its_particle():
    assert read("P. von Neumann-Cosel", Details("von Neumann-Cosel", "P.")).particle == "von"
    assert read("de Souza", Details("de Souza")) == Name("de Souza", "Souza", particle="de")


@pytest.mark.parametrize(
    ("family", "given"),
    [
        ("Collaboration", "The BICEP2"),
        ("collaborations", "Hyper-K"),
        ("Team", "Gemma"),
        ("Array", "Keck"),
        ("NuPRISM", "Mark Scott for the"),
        ("Two", "A. One and B."),
        ("Planck Collaboration", ""),
        ("DeepSeek-AI", ""),
    ],
)
def test_a_group_that_its_source_divides_is_one_name(family, given):
    full = one_line(f"{given} {family}")
    assert read(full, Details(family, given)) == Name(full, is_group=True)


PIECES = "van de Dr. Prof Jr. III Ph.D. 3rd 1 * , ( ) ' né and & Ma . - é 東京 AI Team ( x"
pieces = st.sampled_from(PIECES.split(" ")) | st.text(max_size=6)
texts = st.lists(pieces, max_size=7).map(lambda words: one_line(" ".join(words)))


@given(texts)
def test_no_letter_is_lost(full):
    name = read(full)
    if name.family:
        assert _letters(name.surname + name.given + name.suffix) == _letters(full)
    else:
        assert name in (Name(full), Name(full, is_group=True))


def _letters(text: str) -> list[str]:
    return sorted(filter(str.isalpha, text))


@pytest.mark.real_data
@pytest.mark.skipif(not HUB, reason="no ../shared/data/hub_daily")
def test_real_names():
    names = {
        one_line(author["name"])
        for path in HUB
        for row in json.loads(gzip.decompress(path.read_bytes()))
        for author in row["paper"]["authors"]
    }
    divided = [name for name in map(read, names) if name.family]
    assert len(divided) / len(names) > 0.99
    for name in divided:
        assert _letters(name.surname + name.given + name.suffix) == _letters(name.full)
    with_particles = {name.full: name.particle for name in divided if name.particle}
    assert with_particles.items() >= {"Mihaela van der Schaar": "van der", "Javier de la Rosa": "de la"}.items()
    assert {name.full for name in map(read, names) if name.is_group} >= {"Gemini Team", "Kimi Team", "Chameleon Team"}


@pytest.mark.parametrize(
    ("full", "family", "given"),
    [
        ("Belle II", "", ""),
        ("El Mahdi El Mhamdi", "El Mhamdi", "El Mahdi"),
        ("Mohamed Ben Amor", "Ben Amor", "Mohamed"),
        ("Ben Goodman", "Goodman", "Ben"),
    ],
)
def test_words_that_may_belong_to_either_part(full, family, given):
    name = read(full)
    assert (name.family, name.given) == (family, given)


def test_the_full_name_of_parts():
    assert joined("李", "明", "") == "李明"
    assert joined("Example", "Paul", "Jr.") == "Paul Example Jr."


SAME = [
    ("Ada Lovelace", "ada lovelace"),
    ("Ada Lovelace", "Lovelace, Ada"),
    ("Ada Lovelace", "A. Lovelace"),
    ("Ada King Lovelace", "A. K. Lovelace"),
    ("Ada King Lovelace", "Ada Lovelace"),
    ("Jean-Pierre Serre", "J.-P. Serre"),
    ("Jean-Pierre Serre", "J. Serre"),
    ("Łukasz Kaiser", "Lukasz Kaiser"),
    ("Aäron van den Oord", "Aaron van den Oord"),
    ("Paul Example Jr.", "Paul Example"),
    ("李 华", "李华"),
    ("Hua Li", "Li Hua"),
]
DIFFERENT = [
    ("Ada Lovelace", "Anne Lovelace"),
    ("Ada Lovelace", "Ada Byron"),
    ("Ada Lovelace", "B. Lovelace"),
    ("Ada King Lovelace", "Ada M. Lovelace"),
    ("Ada Lovelace", "Lovelace"),
    ("Ada Lovelace", "Ada"),
    ("Ada Lovelace", ""),
    ("", ""),
    ("Paul Example Jr.", "Paul Example Sr."),
    ("The ATLAS Collaboration", "The CMS Collaboration"),
    ("李华", "李明"),
    ("Ada Lovelace", "Adalovelace"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_names_that_can_be_one_persons(one, other):
    assert is_same(one, other)
    assert is_same(other, one)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_names_of_different_people(one, other):
    assert not is_same(one, other)
    assert not is_same(other, one)


@pytest.mark.parametrize(
    ("wanted", "listed", "positions"),
    [
        ([("Ada Lovelace", 0)], ["Grace Hopper", "Ada Lovelace"], [1]),
        ([("Wei Wang", 1), ("Wei Wang", 0)], ["Wei Wang", "A", "Wei Wang"], [2, 0]),
        ([("Wei Wang", 1)], ["Wei Wang"], [None]),
        ([("A. Lovelace", 0)], ["Ada Lovelace"], [0]),
        ([("A. Lovelace", 0)], ["Ada Lovelace", "Anne Lovelace"], [None]),
        ([("Ada Lovelace", 0), ("A. Lovelace", 0)], ["Ada Lovelace", "Anne Lovelace"], [0, 1]),
        ([("A. Lovelace", 0), ("Ada Lovelace", 0)], ["Ada Lovelace"], [None, 0]),
        ([("Ada Lovelace", 0)], [], [None]),
        ([], ["Ada Lovelace"], []),
    ],
)
def test_where_authors_stand(wanted, listed, positions):
    assert placed(wanted, listed) == positions
