"""What rows of people and comments are, for the OpenAPI document."""

from datetime import datetime
from typing import Literal

from ninja import Field, Schema

OBJECT_ID = r"^[0-9a-f]{24}$"
Outcome = Literal["works", "partly", "fails"]


class User(Schema):
    """A person, or the site itself where nobody is named."""

    id: str = Field(alias="_id", pattern=OBJECT_ID)
    user: str = Field(description="The user name; empty for an account that was deleted.")
    name: str = Field(description="The same as `user`, which the Hub has here.")
    fullname: str
    avatarUrl: str
    isPro: Literal[False]
    type: Literal["user"]


class Reaction(Schema):
    reaction: str
    users: list[str] = Field(description="Always empty: who upvotes comments is not public.")
    count: int


class CommentText(Schema):
    raw: str = Field(description="Markdown; empty if the comment was deleted or hidden.")
    html: str
    updatedAt: datetime
    author: User


class CommentData(Schema):
    edited: bool
    hidden: bool = Field(description="Whether its author has deleted it, or a moderator has hidden it.")
    hiddenReason: str | None = Field(None, description="Not at the Hub: why a moderator has hidden it.")
    numEdits: int = Field(ge=0)
    editors: list[str]
    editorAvatarUrls: list[str]
    latest: CommentText
    reactions: list[Reaction]
    isReport: Literal[False]
    parentCommentId: str | None = None


class Reproduction(Schema):
    """What somebody reports who ran what the paper describes."""

    outcome: Outcome
    ran: str
    hardware: str
    duration: str


class Comment(Schema):
    id: str = Field(pattern=OBJECT_ID)
    author: User
    createdAt: datetime
    type: Literal["comment"]
    data: CommentData
    replies: list["Comment"]
    hasMoreReplies: bool = Field(
        description="Not at the Hub: whether there are further replies; `parent` of /comments has them."
    )
    url: str = Field(description="Not at the Hub: its page here.")
    marks: list[str] = Field(description="Not at the Hub: what the author is besides, such as `author` (of the paper).")
    reproduction: Reproduction | None = Field(
        None, description="What its author reports who ran the code, if it is such a report. Not at the Hub."
    )
