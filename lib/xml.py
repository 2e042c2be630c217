"""XML from outside: no entities, no network, no huge trees."""

from lxml import etree


class BadXML(ValueError):
    """The bytes are not XML that we are willing to read."""


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
