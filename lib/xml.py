"""Reads XML of other sites without entities, network access and huge trees; and removes what XML cannot hold."""

import re

from lxml import etree


class BadXML(ValueError):
    """Raised for bytes that are not XML, or XML that `parse` does not accept."""


# Every character that is not a Char of XML 1.0 (https://www.w3.org/TR/xml/#charsets).
_NO_CHAR = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def parse(data: bytes) -> etree._Element:
    """Returns the root element. Raises BadXML for malformed XML, for any DOCTYPE, and beyond libxml2's own limits."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise BadXML(str(error)) from None
    if root.getroottree().docinfo.doctype:
        raise BadXML("a document type declaration is not accepted")
    return root


def writable(text: str) -> str:
    """Returns the text without the characters that an XML document cannot hold."""
    return _NO_CHAR.sub("", text)
