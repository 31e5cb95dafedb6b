-- the rules of [[notify]]: what is older than a rule is no news to it
CREATE TABLE notice_rules (
  name TEXT PRIMARY KEY,
  since INTEGER NOT NULL, -- when the rule was first met
  seen_item INTEGER NOT NULL, -- the newest item it has looked at
  seen_event INTEGER NOT NULL -- the newest event of a source it has looked at
) WITHOUT ROWID;

-- which items a rule has told of, so that no later grouping tells them again
CREATE TABLE notices_told (
  rule TEXT NOT NULL REFERENCES notice_rules (name) ON DELETE CASCADE,
  item_id INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
  PRIMARY KEY (rule, item_id)
) WITHOUT ROWID;
-- for deleting items
CREATE INDEX notices_told_item ON notices_told (item_id);

-- what happened to sources, for the feed of their health
CREATE TABLE source_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source TEXT NOT NULL, -- its configured address
  name TEXT NOT NULL,
  home TEXT NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  sentence TEXT NOT NULL
);

-- what was last told of each source, so that each change is one event
CREATE TABLE source_standings (
  source_id INTEGER PRIMARY KEY REFERENCES sources (id) ON DELETE CASCADE,
  checked INTEGER NOT NULL, -- the check it was last looked at after
  reach TEXT NOT NULL, -- '', failing, unheard or gone
  reach_since INTEGER, -- the last good answer before it was none of these
  quiet_since INTEGER, -- the newest entry before the silence that was told
  moved_to TEXT NOT NULL
);

-- one digest per closed period, as it was made
CREATE TABLE digests (
  kind TEXT NOT NULL CHECK (kind IN ('daily', 'weekly')),
  period TEXT NOT NULL, -- as in 2026-03-08 or 2026-W10
  made INTEGER NOT NULL,
  stories INTEGER NOT NULL,
  mailed INTEGER NOT NULL DEFAULT 0,
  body TEXT NOT NULL,
  PRIMARY KEY (kind, period)
) WITHOUT ROWID;
