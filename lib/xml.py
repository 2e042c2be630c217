"""XML from outside: no entities, no network, no huge trees. And what XML can hold."""

import re

from lxml import etree


class BadXML(ValueError):
    """The bytes are not XML that we are willing to read."""


# All that is not a Char of XML 1.0 (https://www.w3.org/TR/xml/#charsets).
_NO_CHAR = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def parse(data: bytes) -> etree._Element:
    """The root element. Raises BadXML for malformed XML, any DOCTYPE, and trees past libxml2's own limits."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise BadXML(str(error)) from None
    if root.getroottree().docinfo.doctype:
        raise BadXML("a document type declaration is not accepted")
    return root


def writable(text: str) -> str:
    """The text without the characters that no XML document can hold."""
    return _NO_CHAR.sub("", text)
