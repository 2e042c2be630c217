"""Archives of this site for the tests of imports: as it writes them, and as somebody else could."""

import json
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from papers.people import takeout


def written_for(person, folder) -> bytes:
    """The archive that the site writes for this person."""
    path = folder / "export.zip"
    takeout.write(person, path)
    return path.read_bytes()


def made(**files) -> bytes:
    """An archive with these files, each with its rows as JSON, or with bytes or text as they are."""
    return packed({f"{name}.json": rows for name, rows in files.items()})


def packed(files: dict[str, object], compression: int = ZIP_DEFLATED) -> bytes:
    memory = BytesIO()
    with ZipFile(memory, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content if isinstance(content, str | bytes) else json.dumps(content))
    return memory.getvalue()
