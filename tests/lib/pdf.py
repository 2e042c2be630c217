"""PDF files as tests need them: one page, and what is hostile about it."""

import zlib


def pdf(content: bytes = b"", box: str = "0 0 612 792", *, more: bytes = b"", filters: str = "/FlateDecode") -> bytes:
    """A file whose one page has this content, which is decoded by these filters, and this media box in points."""
    body = zlib.compress(content, 9) if filters == "/FlateDecode" else content
    return (
        b"%%PDF-1.7\n1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\n"
        b"2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj\n"
        b"3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [%b] /Contents 4 0 R /Resources <<%b>> >> endobj\n"
        b"4 0 obj <</Length %d /Filter [%b]>> stream\n%b\nendstream endobj\n"
        b"trailer <</Root 1 0 R>>\n%%%%EOF\n"
    ) % (box.encode(), more, len(body), filters.encode(), body)


INK = b"0 0 0 rg 0 700 612 40 re f 1 0 0 rg 0 0 40 792 re f 612 792 m 300 300 l S "  # black above, red at the left


def bomb() -> bytes:
    """A stream of 1 kB that is 300 MB when it is decompressed twice."""
    return zlib.compress(zlib.compress(bytes(300 * 2**20)), 9)
