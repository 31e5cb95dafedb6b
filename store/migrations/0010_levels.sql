-- links stand at the later item: those of a new item then lie side by side
CREATE TABLE old_links AS SELECT * FROM item_links;
DROP TABLE item_links;
CREATE TABLE item_links (
  item_id INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE, -- the higher id
  other_id INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
  relation INTEGER NOT NULL CHECK (relation IN (0, 1, 2, 3)), -- same item, article, story; nearly a story
  score REAL NOT NULL,
  reasons TEXT NOT NULL,
  PRIMARY KEY (item_id, other_id)
) WITHOUT ROWID;
INSERT INTO item_links SELECT other_id, item_id, relation, score, reasons FROM old_links ORDER BY 1, 2;
DROP TABLE old_links;
CREATE INDEX item_links_other ON item_links (other_id);

CREATE TABLE item_levels (
  item_id INTEGER PRIMARY KEY REFERENCES items (id) ON DELETE CASCADE,
  level INTEGER NOT NULL
);
