"""What names one thing in the addresses and bodies of the API: arXiv ids, the Hub's ids of 24 digits, and numbers."""

from typing import Annotated, Any

from ninja import Field, Path
from pydantic import BeforeValidator, WithJsonSchema


def _number(value: Any) -> Any:
    """The value, if JSON has it as a number. Raises ValueError for a text or a truth value that looks like one."""
    if type(value) not in (int, float):
        raise ValueError("This must be a whole number.")
    return value


Number = Annotated[int, Field(ge=0), BeforeValidator(_number)]
# A regular expression of texts that have something to be seen in them.
VISIBLE = r"[^\s\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
_ID = r"^[0-9a-f]{24}$"
_ARXIV_ID = r"^([0-9]{4}\.[0-9]{4,5}|[a-z]+(-[a-z]+)*/[0-9]{7})(v[1-9][0-9]{0,2})?$"
# Django's converter has read it as the id and the version. Ninja looks for `Path` in the last place only.
ArxivRef = Annotated[
    Any,
    WithJsonSchema({"type": "string", "maxLength": 32, "pattern": _ARXIV_ID}),
    Path(description="The arXiv id, with or without a version.", examples=["2509.08721", "hep-th/9901001"]),
]
CommentId = Annotated[
    str, Path(description="The id of the comment.", pattern=_ID, max_length=24, examples=["000000000000000000895447"])
]
CollectionKey = Annotated[
    str,
    Path(max_length=80, description="The collection's key, as in its address.", examples=["autumn-5bsj8kcezu85"]),
]
# What a body says of a paper may also be any address that `papers.identifiers` reads.
PaperId = Annotated[
    str,
    Field(
        description="The arXiv id. Addresses of the paper are read, too.",
        examples=["2509.08721"],
        json_schema_extra={
            "maxLength": 10_000,
            "pattern": r"^([0-9]{2}(0[1-9]|1[0-2])\.[0-9]{4,5}|hep-th/[0-9]{2}(0[1-9]|1[0-2])[0-9]{3})(v[1-9])?$",
        },
    ),
]
# The address of another page, or nothing. Hosts are in ASCII.
_HOST = r"([A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?\.){1,5}([A-Za-z]{2,30}|xn--[A-Za-z0-9]{1,26})"
ADDRESS = {"maxLength": 500, "pattern": rf"^(https?://{_HOST}(:[0-9]{{2,4}})?([/?#][!-~]*)?)?$"}
ObjectId = Annotated[str, Field(pattern=_ID, description="The id in answers.", examples=["000000000000000000895447"])]


def primary_key(id: str, columns: int = 1) -> tuple[int, ...]:
    """Returns the columns of the primary key that these 24 digits stand for (`api.rows.values.object_id`)."""
    width = 24 // columns
    return tuple(int(id[start : start + width], 16) for start in range(0, 24, width))
