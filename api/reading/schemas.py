"""What operations answer with, for the OpenAPI document. The names are the Hub's; descriptions say which are not."""

from datetime import datetime
from typing import Literal

from ninja import Field, Schema

from api.rows.schemas import OBJECT_ID, Comment, User


class Organisation(Schema):
    id: str = Field(alias="_id", pattern=OBJECT_ID)
    name: str = Field(description="The name in addresses.", examples=["openai"])
    fullname: str
    avatar: str
    avatarUrl: str = Field(description="The same as `avatar`.")
    isVerified: bool
    type: Literal["org"]


class Author(Schema):
    id: str = Field(alias="_id", pattern=OBJECT_ID)
    name: str = Field(description="The name as the paper has it.")
    family: str | None = Field(
        None, description="Not at the Hub: with `given` and `suffix`, the parts of the name, if arXiv has them."
    )
    given: str | None = None
    suffix: str | None = None
    affiliation: str | None = Field(None, description="The institution, if arXiv has it. Not at the Hub.")
    hidden: Literal[False]
    user: User | None = Field(None, description="The person who is marked as this author.")
    status: Literal["claimed_verified"] | None = None
    statusLastChangedAt: datetime | None = None


class Reproductions(Schema):
    """How many readers have run what the paper describes, by what came out."""

    works: int = Field(ge=0)
    partly: int = Field(ge=0)
    fails: int = Field(ge=0)


class PaperFields(Schema):
    """What a paper and a row of a list have in common. What is unknown is left out."""

    id: str = Field(description="The arXiv id without a version.", examples=["2509.08721", "hep-th/9901001"])
    title: str = Field(description="With TeX, as arXiv has it.")
    summary: str = Field(description="The abstract, with TeX.")
    submittedOnDailyAt: datetime | None = Field(None, description="When the paper was listed, if a day's list has it.")
    submittedOnDailyBy: User | None = Field(None, description="Who submitted it, if that person shows submissions.")
    upvotes: int = Field(ge=0)
    numComments: int = Field(ge=0)
    discussionId: str
    source: Literal["arxiv"]
    mediaUrls: list[str] | None = None
    projectPage: str | None = None
    githubRepo: str | None = Field(None, description="The repository, if it is on GitHub.")
    githubRepoAddedBy: str | None = Field(None, description="`auto`, `user`, or what the source of an import says.")
    githubStars: int | None = Field(None, ge=0)
    ai_summary: str | None = Field(None, description="What a language model wrote, if the site shows such texts.")
    ai_keywords: list[str] | None = None
    ai_summary_model: str | None = Field(None, description="The model; left out if an author wrote the text instead.")
    ai_summary_source: Literal["import", "author"] | None = Field(
        None, description="Where the text came from: an import, or one of the authors. Not at the Hub."
    )
    ai_summary_version: int | None = Field(
        None, description="Not at the Hub: the version of the paper that the text is about."
    )
    ai_summary_at: datetime | None = Field(None, description="Not at the Hub: when the text was made, or came here.")
    organization: Organisation | None = None
    withdrawnAt: datetime | None = None
    url: str = Field(description="Not at the Hub: the paper's page here.")
    version: int = Field(ge=1, description="Not at the Hub: the latest version that this site has.")
    isListed: bool = Field(description="Not at the Hub: whether a day's list has the paper.")
    categories: list[str] = Field(description="Not at the Hub: the categories of arXiv, the first one first.")
    keywords: list[str] = Field(description="The topics of the paper. Not at the Hub.")
    codeUrl: str | None = Field(None, description="Not at the Hub: the repository, wherever it is.")
    codeState: Literal["unknown", "living", "archived", "empty", "dead"] | None = Field(
        None, description="Not at the Hub: how the repository was found the last time that its site answered."
    )
    codeLicence: str | None = Field(None, description="Not at the Hub: the SPDX id of the repository's licence.")
    reproductions: Reproductions = Field(description="What readers report who ran it. Not at the Hub.")
    upvotesBySite: dict[str, int] = Field(
        description="Not at the Hub: at which site the upvotes were cast, by its address."
    )
    commentsBySite: dict[str, int] = Field(description="Not at the Hub: at which site the comments were written.")
    upvoted: bool | None = Field(None, description="With a token: whether its person has upvoted the paper.")
    bookmarked: bool | None = Field(
        None, description="Not at the Hub, with a token: whether its person has bookmarked the paper."
    )


class Paper(PaperFields):
    authors: list[Author]
    publishedAt: datetime = Field(description="When the first version came to arXiv.")


class DailyPaperRow(PaperFields):
    """A paper of a list. Its own fields are those of `paper` once more, except for `publishedAt` and `authors`."""

    paper: Paper
    publishedAt: datetime = Field(
        description="When the paper was listed. If it is on no day's list: `publishedAt` of `paper`."
    )
    thumbnail: str = Field(description="The picture that other sites show beside a link to the paper, 1200 × 630 PNG.")
    submittedBy: User = Field(description="Who submitted the paper, or the site itself where nobody is named.")
    isAuthorParticipating: bool = Field(description="Whether one of the authors has commented here.")


class SearchRow(DailyPaperRow):
    """A paper that a search found."""

    upvoted: bool
    highlightedTitle: str = Field(description="HTML with the found words in `<mark>` and formulas as MathML.")
    highlightedSummary: str = Field(description="HTML, as `highlightedTitle`, with a `<p>` for each paragraph.")


class Repository(Schema):
    """A model, a dataset or a demo that belongs to a paper."""

    id: str = Field(description="Its name at its site.", examples=["org/name"])
    author: str | None = None
    likes: int | None = Field(None, ge=0)
    downloads: int | None = Field(None, ge=0)
    private: Literal[False]
    url: str = Field(description="Its address. Not at the Hub.")
    addedBy: Literal["moderator", "author", "submitter", "import", "automatic"] = Field(
        description="Who or what linked it to the paper. Not at the Hub."
    )


class Repositories(Schema):
    models: list[Repository]
    datasets: list[Repository]
    spaces: list[Repository]


class PaperDetail(Paper):
    linkedModels: list[Repository]
    numTotalModels: int
    linkedDatasets: list[Repository]
    numTotalDatasets: int
    linkedSpaces: list[Repository]
    numTotalSpaces: int
    comments: list[Comment] | None = Field(None, description="With `field=comments`: the first ones, the best first.")


class Version(Schema):
    version: int = Field(ge=1)
    title: str
    summary: str
    authors: list[str]
    replacedAt: datetime | None = Field(None, description="When this site had the next version; the latest has none.")


class Correction(Schema):
    """What one of the authors has corrected: the old and the new value of each field."""

    madeAt: datetime
    by: User | None = None
    changes: dict[str, tuple[str | list[str], str | list[str]]]


class Versions(Schema):
    versions: list[Version] = Field(description="The latest first. Versions that this site never had are missing.")
    corrections: list[Correction]
