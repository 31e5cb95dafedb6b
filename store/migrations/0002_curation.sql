-- what the operator said of items, and it holds against any topic
CREATE TABLE marks (
  item_id INTEGER PRIMARY KEY REFERENCES items (id) ON DELETE CASCADE,
  keep INTEGER NOT NULL CHECK (keep IN (0, 1)),
  at INTEGER NOT NULL
);

-- what was learned from marks and labels, one model per topic
CREATE TABLE models (
  topic TEXT PRIMARY KEY,
  trained INTEGER NOT NULL,
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  body BLOB NOT NULL,
  report TEXT NOT NULL
) WITHOUT ROWID;

-- items of each source ever judged and kept; pruning does not take them back
CREATE TABLE source_counts (
  source_id INTEGER PRIMARY KEY REFERENCES sources (id) ON DELETE CASCADE,
  judged INTEGER NOT NULL,
  kept INTEGER NOT NULL
);
INSERT INTO source_counts SELECT source_id, count(*), sum(status = 2) FROM items GROUP BY source_id;
CREATE TRIGGER items_counted AFTER INSERT ON items BEGIN
  INSERT INTO source_counts VALUES (new.source_id, 1, new.status = 2)
    ON CONFLICT (source_id) DO UPDATE SET judged = judged + 1, kept = kept + excluded.kept;
END;
CREATE TRIGGER items_recounted AFTER UPDATE OF status ON items WHEN (old.status = 2) <> (new.status = 2) BEGIN
  UPDATE source_counts SET kept = kept + (new.status = 2) - (old.status = 2) WHERE source_id = new.source_id;
END;

-- for stale(): items that another topic judged
CREATE INDEX items_topic ON items (topic);
