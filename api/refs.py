"""What names one thing in the addresses and bodies of the API: arXiv ids, and the Hub's ids of 24 digits."""

from typing import Annotated, Any

from ninja import Field, Path
from pydantic import WithJsonSchema

# Django's converter has read it as the id and the version.
ArxivRef = Annotated[
    Any,
    WithJsonSchema({"type": "string", "pattern": r"^(\d{4}\.\d{4,5}|[a-z]+(-[a-z]+)*/\d{7})(v[1-9]\d{0,2})?$"}),
    Path(description="The arXiv id, with or without a version.", examples=["2509.08721", "hep-th/9901001"]),
]
_OBJECT_ID = {"pattern": r"^[0-9a-f]{24}$", "examples": ["000000000000000000000007"]}
ObjectId = Annotated[str, Field(**_OBJECT_ID)]
CommentId = Annotated[str, Path(description="The `id` of a comment.", **_OBJECT_ID)]
CollectionKey = Annotated[str, Path(max_length=80, description="The collection's key, as in its address.")]


def primary_key(id: str, columns: int = 1) -> tuple[int, ...]:
    """Returns the columns of the primary key that these 24 digits stand for (`api.rows.values.object_id`)."""
    width = 24 // columns
    return tuple(int(id[start : start + width], 16) for start in range(0, 24, width))
