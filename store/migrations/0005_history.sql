-- the published history: which stories stand in which archive, in the order they were archived
CREATE TABLE archived (
  story_id INTEGER PRIMARY KEY,
  number INTEGER NOT NULL
);
CREATE INDEX archived_number ON archived (number, story_id);

-- living stories that no archive holds yet; kept by triggers, so that asking for them costs the same for ever
CREATE TABLE unarchived (
  story_id INTEGER PRIMARY KEY
);
INSERT INTO unarchived SELECT id FROM stories WHERE lead_id IS NOT NULL;
CREATE TRIGGER stories_opened AFTER INSERT ON stories WHEN new.lead_id IS NOT NULL BEGIN
  INSERT OR IGNORE INTO unarchived VALUES (new.id);
END;
CREATE TRIGGER stories_closed AFTER UPDATE OF lead_id ON stories WHEN new.lead_id IS NULL BEGIN
  DELETE FROM unarchived WHERE story_id = new.id;
END;
CREATE TRIGGER stories_reopened AFTER UPDATE OF lead_id ON stories
WHEN old.lead_id IS NULL AND new.lead_id IS NOT NULL BEGIN
  INSERT OR IGNORE INTO unarchived SELECT new.id WHERE NOT EXISTS (SELECT 1 FROM archived WHERE story_id = new.id);
END;
CREATE TRIGGER stories_removed AFTER DELETE ON stories BEGIN
  DELETE FROM unarchived WHERE story_id = old.id;
END;

-- words of the index are folded by the program's own rules now: forms of a character are one
DELETE FROM item_texts;
INSERT INTO item_texts (rowid, title, body)
  SELECT id, segment(title), segment(substr(summary || ' ' || bare(content), 1, 20000)) FROM items WHERE status >= 1;

-- archive documents as they were written, gzip; `base` is the site's address that their links name
CREATE TABLE archives (
  path TEXT PRIMARY KEY,
  number INTEGER NOT NULL,
  base TEXT NOT NULL,
  digest TEXT NOT NULL,
  changed INTEGER NOT NULL,
  body BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX archives_number ON archives (number, base);

-- for rivers and feeds of one tag: kept items only, kept by triggers
CREATE TABLE item_tags (
  tag TEXT NOT NULL,
  sort_at INTEGER NOT NULL,
  item_id INTEGER NOT NULL,
  PRIMARY KEY (tag, sort_at, item_id)
) WITHOUT ROWID;
CREATE INDEX item_tags_item ON item_tags (item_id);
INSERT OR IGNORE INTO item_tags
  SELECT casefold(j.value), i.sort_at, i.id FROM items AS i, json_each(i.tags) AS j WHERE i.status = 2;
CREATE TRIGGER items_tagged AFTER INSERT ON items WHEN new.status = 2 BEGIN
  INSERT OR IGNORE INTO item_tags SELECT casefold(value), new.sort_at, new.id FROM json_each(new.tags);
END;
CREATE TRIGGER items_retagged AFTER UPDATE OF tags, status, sort_at ON items
WHEN (old.tags, old.status, old.sort_at) <> (new.tags, new.status, new.sort_at) BEGIN
  DELETE FROM item_tags WHERE item_id = new.id;
  INSERT OR IGNORE INTO item_tags
    SELECT casefold(value), new.sort_at, new.id FROM json_each(new.tags) WHERE new.status = 2;
END;
CREATE TRIGGER items_untagged AFTER DELETE ON items BEGIN
  DELETE FROM item_tags WHERE item_id = old.id;
END;

-- for rivers and feeds of one language or source, and for pictures
CREATE INDEX items_language ON items (language, sort_at) WHERE status = 2;
CREATE INDEX items_source ON items (source_id, sort_at) WHERE status = 2;
