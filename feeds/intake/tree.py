"""Tolerant, bounded XML trees: the only home of lxml.

libxml2 recovers from what is ill-formed, stops at depth 256 and at texts over 10 MB, opens no
file and no address, and releases the interpreter while it parses.
"""

from lxml import etree

Branch = etree._Element  # noqa: SLF001 # the stubs give the class no public name


def read_tree(data: bytes) -> tuple[Branch | None, bool]:
    """Parse `data` (UTF-8, no DTD): its root, or None for rubbish, and whether it was well-formed."""
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError):
        return None, False
    return root, root is not None and not parser.error_log
