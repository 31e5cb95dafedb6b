-- how items relate, pair by pair: a pure function of the two, so no order of arrival can change it
CREATE TABLE item_links (
  item_id INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE, -- the lower id
  other_id INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
  relation INTEGER NOT NULL CHECK (relation IN (0, 1, 2, 3)), -- same item, article, story; nearly a story
  score REAL NOT NULL,
  reasons TEXT NOT NULL,
  PRIMARY KEY (item_id, other_id)
) WITHOUT ROWID;
-- for the same question from the other side, and for deleting items
CREATE INDEX item_links_other ON item_links (other_id);

-- what the operator said of two items, whatever their texts say; the latest word on a pair holds
CREATE TABLE rulings (
  item_id INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE, -- the lower id
  other_id INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
  together INTEGER NOT NULL CHECK (together IN (0, 1)),
  at INTEGER NOT NULL,
  PRIMARY KEY (item_id, other_id)
) WITHOUT ROWID;
CREATE INDEX rulings_other ON rulings (other_id);

-- the item that a story was opened for: it holds the story's published key wherever it goes
ALTER TABLE stories ADD COLUMN founder_id INTEGER REFERENCES items (id) ON DELETE SET NULL;
-- the story that took this one in; readers who know its address are sent there
ALTER TABLE stories ADD COLUMN merged_into INTEGER REFERENCES stories (id) ON DELETE SET NULL;
-- when its lead was last edited; what coverage does to the published date is worked out when it is read
ALTER TABLE stories RENAME COLUMN updated TO edited;
UPDATE stories SET founder_id = lead_id;
CREATE INDEX stories_founder ON stories (founder_id);
CREATE INDEX stories_merged ON stories (merged_into) WHERE merged_into IS NOT NULL;

-- how items related when only the closest of them counted
INSERT OR IGNORE INTO item_links
  SELECT min(id, duplicate_of), max(id, duplicate_of), relation = 'same-article', relation_score, relation_reasons
  FROM items WHERE duplicate_of IS NOT NULL AND relation IN ('same-item', 'same-article');
INSERT OR IGNORE INTO item_links
  SELECT min(i.id, s.lead_id), max(i.id, s.lead_id), 2, i.relation_score, i.relation_reasons
  FROM items AS i JOIN stories AS s ON s.id = i.story_id
  WHERE i.relation = 'same-story' AND s.lead_id IS NOT NULL AND s.lead_id <> i.id;
