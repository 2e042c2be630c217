"""What is wrong with a value that a program sent, in plain words: a sentence for each kind of error of pydantic."""

from collections.abc import Mapping

_WHOLE, _BOOLEAN, _DAY = "a whole number", "true or false", "a day such as 2025-09-10"
_TYPES = {
    "string_type": "text",
    "string_unicode": "text",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    **dict.fromkeys(["int_type", "int_parsing", "int_parsing_size", "int_from_float"], _WHOLE),
    **dict.fromkeys(["bool_type", "bool_parsing"], _BOOLEAN),
    **dict.fromkeys(["date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"], _DAY),
}
_SENTENCES = {
    "missing": "This is missing.",
    "extra_forbidden": "This operation takes no such member.",
    "greater_than_equal": "This must be at least {ge:,}.",
    "less_than_equal": "This must be at most {le:,}.",
    "string_too_short": "This must not be empty.",
    "string_too_long": "This must have at most {max_length:,} characters.",
    "too_long": "This must have at most {max_length:,} items.",
    "string_pattern_mismatch": "This is not written as the description of the API says.",
    **{kind: f"This must be {words}." for kind, words in _TYPES.items()},
}
_ID = "^[0-9a-f]{24}$"


def sentence(error: Mapping) -> str:
    """What is wrong, from a row of pydantic's errors. A kind that has no sentence here has pydantic's own."""
    kind, context = error.get("type", ""), error.get("ctx", {})
    if kind in ("literal_error", "enum"):
        return f"This must be {context['expected'].replace("'', ", '').replace("'", '')}."
    if context.get("pattern") == _ID:
        return "This must be an id as answers have it: 24 digits or letters from a to f."
    if kind in _SENTENCES:
        return _SENTENCES[kind].format_map(context)
    return f"{error['msg'].removeprefix('Value error, ').rstrip('.')}."
