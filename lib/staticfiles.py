"""One style sheet over the wire, many in the tree, no build tool.

`css/site.css` is a list of `@import url("x.css") layer(y);`. Browsers understand it as it stands; for
production, collectstatic puts the imported files in its place before names are hashed and files compressed.
"""

import re
from pathlib import Path

from django.contrib.staticfiles import finders
from whitenoise.storage import CompressedManifestStaticFilesStorage

BUNDLE = "css/site.css"
_IMPORT = re.compile(r'@import url\("(?P<file>[^"]+)"\) layer\((?P<layer>\w+)\);')


class BundlingStorage(CompressedManifestStaticFilesStorage):
    def post_process(self, paths, **options):
        if BUNDLE in paths:
            Path(self.path(BUNDLE)).write_text(bundle(Path(finders.find(BUNDLE))))
            paths = paths | {BUNDLE: (self, BUNDLE)}
        yield from super().post_process(paths, **options)


def bundle(sheet: Path) -> str:
    """The sheet with each imported file in the place of its @import, inside its layer."""

    def inline(match: re.Match) -> str:
        return f"@layer {match['layer']} {{\n{(sheet.parent / match['file']).read_text()}}}\n"

    return _IMPORT.sub(inline, sheet.read_text())
