"""Stories as feeds: RSS, Atom, JSON Feed and OPML."""
