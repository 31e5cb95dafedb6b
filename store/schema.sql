-- Times are microseconds since 1970 UTC, 0 in next_check means "at once".
-- Hashes of keys and features are signed 64-bit integers (BLAKE2b).

CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO meta VALUES ('revision', 1);

CREATE TABLE sources (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  url TEXT NOT NULL UNIQUE,
  -- what the operator says; 'once' is a source nobody lists (any more): its items stay, it is not asked
  origin TEXT NOT NULL CHECK (origin IN ('config', 'default', 'added', 'once')),
  added INTEGER NOT NULL,
  name TEXT NOT NULL DEFAULT '',
  language TEXT NOT NULL DEFAULT '',
  kind TEXT NOT NULL DEFAULT '',
  disabled INTEGER NOT NULL DEFAULT 0,
  min_interval_s INTEGER,
  max_interval_s INTEGER,
  headers TEXT NOT NULL DEFAULT '[]',
  -- what the checks found
  address TEXT NOT NULL DEFAULT '',
  retired INTEGER NOT NULL DEFAULT 0,
  next_check INTEGER NOT NULL DEFAULT 0,
  next_check_why TEXT NOT NULL DEFAULT '',
  failures INTEGER NOT NULL DEFAULT 0,
  gone_count INTEGER NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL DEFAULT '',
  last_check INTEGER,
  last_success INTEGER,
  last_change INTEGER,
  last_full INTEGER,
  etag TEXT,
  last_modified TEXT,
  body_hash BLOB NOT NULL DEFAULT x'',
  moved_to TEXT NOT NULL DEFAULT '',
  moved_since INTEGER,
  moved_seen INTEGER NOT NULL DEFAULT 0,
  freshness TEXT NOT NULL DEFAULT '{}',
  posted TEXT NOT NULL DEFAULT '[]',
  feed_title TEXT NOT NULL DEFAULT '',
  feed_link TEXT NOT NULL DEFAULT '',
  head TEXT NOT NULL DEFAULT '{}',
  -- what it cost
  recorded_at INTEGER,
  checks INTEGER NOT NULL DEFAULT 0,
  requests INTEGER NOT NULL DEFAULT 0,
  wire_bytes INTEGER NOT NULL DEFAULT 0,
  not_modified INTEGER NOT NULL DEFAULT 0
, slow_ms INTEGER NOT NULL DEFAULT 0);
-- for due() and next_due(): the tick asks for the few that are due among thousands
CREATE INDEX sources_due ON sources (next_check) WHERE origin <> 'once' AND disabled = 0 AND retired = 0;
-- for source_counts(): who fails, among those that are asked
CREATE INDEX sources_failing ON sources (failures)
  WHERE failures > 0 AND origin <> 'once' AND disabled = 0 AND retired = 0;

-- apart from sources, so that lists of sources do not read it
CREATE TABLE seen (
  source_id INTEGER PRIMARY KEY REFERENCES sources (id) ON DELETE CASCADE,
  hashes BLOB NOT NULL
);

-- a ring of the last checks of each source; what one round checks lies together, and is written as one
CREATE TABLE checks (
  source_id INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
  slot INTEGER NOT NULL,
  at INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  status INTEGER,
  wire_bytes INTEGER NOT NULL,
  elapsed_us INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  new INTEGER NOT NULL,
  kept INTEGER NOT NULL,
  error TEXT,
  asked TEXT NOT NULL DEFAULT '',
  requests INTEGER NOT NULL DEFAULT 1,
  cause TEXT NOT NULL DEFAULT '',
  retry_after_s INTEGER,
  hops TEXT NOT NULL DEFAULT '[]',
  PRIMARY KEY (slot, source_id)
) WITHOUT ROWID;

-- `edited`: when its lead was last edited; what coverage does to the published date is worked out when it is read
-- `founder_id`: the item that it was opened for, which holds its published key wherever it goes
-- `merged_into`: the story that took this one in; readers who know its address are sent there
CREATE TABLE stories (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  lead_id INTEGER REFERENCES items (id) ON DELETE SET NULL,
  sort_at INTEGER NOT NULL,
  edited INTEGER NOT NULL
, founder_id INTEGER REFERENCES items (id) ON DELETE SET NULL, merged_into INTEGER REFERENCES stories (id) ON DELETE SET NULL);
-- for stories(): pages, newest first
CREATE INDEX stories_order ON stories (sort_at, id) WHERE lead_id IS NOT NULL;
-- for deleting items
CREATE INDEX stories_lead ON stories (lead_id);
CREATE INDEX stories_founder ON stories (founder_id);
CREATE INDEX stories_merged ON stories (merged_into) WHERE merged_into IS NOT NULL;

-- short columns first: looking for relatives must not read texts
CREATE TABLE items (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source_id INTEGER NOT NULL REFERENCES sources (id),
  status INTEGER NOT NULL CHECK (status IN (0, 1, 2)), -- rejected, near, kept
  story_id INTEGER REFERENCES stories (id) ON DELETE SET NULL,
  duplicate_of INTEGER REFERENCES items (id) ON DELETE SET NULL,
  published INTEGER,
  first_seen INTEGER NOT NULL,
  updated INTEGER,
  sort_at INTEGER NOT NULL, -- published, else first_seen
  score REAL NOT NULL,
  relation TEXT NOT NULL DEFAULT '',
  relation_score REAL NOT NULL DEFAULT 0,
  relation_reasons TEXT NOT NULL DEFAULT '[]',
  content_hash BLOB NOT NULL,
  fingerprint BLOB NOT NULL,
  guid TEXT NOT NULL,
  url TEXT NOT NULL,
  language TEXT NOT NULL,
  topic TEXT NOT NULL,
  title TEXT NOT NULL,
  tags TEXT NOT NULL,
  reasons TEXT NOT NULL,
  details TEXT NOT NULL, -- authors, categories, enclosures and other parts nobody searches by
  summary TEXT NOT NULL,
  content TEXT NOT NULL,
  UNIQUE (source_id, guid)
);
-- for items(): kept, near or rejected ones, newest first; and for prune()
CREATE INDEX items_status ON items (status, sort_at);
-- for stories(): who else carried it
CREATE INDEX items_story ON items (story_id) WHERE story_id IS NOT NULL;
-- for deleting items
CREATE INDEX items_duplicates ON items (duplicate_of) WHERE duplicate_of IS NOT NULL;
-- for find_item(): an address that is no guid
CREATE INDEX items_url ON items (url) WHERE url <> guid;

-- for record(): the same item again
CREATE TABLE item_keys (
  key INTEGER NOT NULL,
  item_id INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
  PRIMARY KEY (key, item_id)
) WITHOUT ROWID;
-- for prune()
CREATE INDEX item_keys_item ON item_keys (item_id);

-- for record(): near-copies; kept and near items only
CREATE TABLE item_bands (
  band INTEGER NOT NULL,
  item_id INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
  PRIMARY KEY (band, item_id)
) WITHOUT ROWID;
CREATE INDEX item_bands_item ON item_bands (item_id);

-- for record(): other texts on the same event; kept items only
CREATE TABLE item_features (
  feature INTEGER NOT NULL,
  sort_at INTEGER NOT NULL,
  item_id INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
  PRIMARY KEY (feature, sort_at, item_id)
) WITHOUT ROWID;
CREATE INDEX item_features_item ON item_features (item_id);

-- keys of items that were pruned: they do not come back
CREATE TABLE tombstones (
  key INTEGER PRIMARY KEY,
  pruned INTEGER NOT NULL
);

-- kept and near items; texts are cut into words by store.segment, so the tokenizer only splits at spaces
CREATE VIRTUAL TABLE item_texts USING fts5 (title, body, tokenize = 'ascii');

-- what was published under each path, and when its bytes last changed
CREATE TABLE stamps (
  path TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  changed INTEGER NOT NULL
) WITHOUT ROWID;

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

-- items of each source ever judged and kept; record() counts new ones, pruning does not take them back
CREATE TABLE source_counts (
  source_id INTEGER PRIMARY KEY REFERENCES sources (id) ON DELETE CASCADE,
  judged INTEGER NOT NULL,
  kept INTEGER NOT NULL
);
CREATE TRIGGER items_recounted AFTER UPDATE OF status ON items WHEN (old.status = 2) <> (new.status = 2) BEGIN
  UPDATE source_counts SET kept = kept + (new.status = 2) - (old.status = 2) WHERE source_id = new.source_id;
END;

-- for stale(): items that another topic judged
CREATE INDEX items_topic ON items (topic);

-- how items relate, pair by pair: a pure function of the two, so no order of arrival can change it;
-- at the later item, so that those of a new one lie side by side
CREATE TABLE item_links (
  item_id INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE, -- the higher id
  other_id INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
  relation INTEGER NOT NULL CHECK (relation IN (0, 1, 2, 3)), -- same item, article, story; nearly a story
  score REAL NOT NULL,
  reasons TEXT NOT NULL,
  PRIMARY KEY (item_id, other_id)
) WITHOUT ROWID;
-- for the same question from the other side, and for deleting items
CREATE INDEX item_links_other ON item_links (other_id);

-- by links of which level (store.reach) a kept item is grouped: shows what a new one changes around it
CREATE TABLE item_levels (
  item_id INTEGER PRIMARY KEY REFERENCES items (id) ON DELETE CASCADE,
  level INTEGER NOT NULL
);

-- what the operator said of two items, whatever their texts say; the latest word on a pair holds
CREATE TABLE rulings (
  item_id INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE, -- the lower id
  other_id INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
  together INTEGER NOT NULL CHECK (together IN (0, 1)),
  at INTEGER NOT NULL,
  PRIMARY KEY (item_id, other_id)
) WITHOUT ROWID;
CREATE INDEX rulings_other ON rulings (other_id);

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
-- whether documents are left that name an older address of the site
CREATE INDEX archives_base ON archives (base);

-- for rivers and feeds of one tag: kept items only; record() adds those of new items, triggers what changes
CREATE TABLE item_tags (
  tag TEXT NOT NULL,
  sort_at INTEGER NOT NULL,
  item_id INTEGER NOT NULL,
  PRIMARY KEY (tag, sort_at, item_id)
) WITHOUT ROWID;
CREATE INDEX item_tags_item ON item_tags (item_id);
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

-- hosts that refused us: every process has to leave them alone
CREATE TABLE holds (
  host TEXT PRIMARY KEY,
  until INTEGER, -- after refusals in a row
  asked_until INTEGER, -- the host's own word (Retry-After)
  storms INTEGER NOT NULL,
  refused TEXT NOT NULL
) WITHOUT ROWID;

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

-- what is sent, each content once: thousands of deliveries may share it
CREATE TABLE payloads (
  id INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE,
  content_type TEXT NOT NULL,
  headers TEXT NOT NULL, -- pairs of name and value
  body BLOB NOT NULL
);

-- what has to reach somebody, also after a crash; `kind`, `target` and `key` name one delivery
CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  target TEXT NOT NULL,
  key TEXT NOT NULL,
  lane TEXT NOT NULL, -- whom it burdens: the host
  payload_id INTEGER REFERENCES payloads (id),
  version INTEGER NOT NULL DEFAULT 0, -- grows when other content takes the place of what waits
  state INTEGER NOT NULL DEFAULT 0, -- 0 waits, 1 sent, 2 given up
  created INTEGER NOT NULL,
  next_at INTEGER NOT NULL, -- while claimed: when the claim lapses
  claim TEXT NOT NULL DEFAULT '',
  attempts INTEGER NOT NULL DEFAULT 0,
  settled INTEGER, -- when it was last tried to an end
  status INTEGER,
  error TEXT NOT NULL DEFAULT '',
  UNIQUE (kind, target, key)
);
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE state = 0;
CREATE INDEX deliveries_settled ON deliveries (settled) WHERE state <> 0;
CREATE INDEX deliveries_payload ON deliveries (payload_id);

-- who wants a feed of ours pushed (WebSub), confirmed by its callback
CREATE TABLE subscriptions (
  id INTEGER PRIMARY KEY,
  topic TEXT NOT NULL, -- address of the feed
  callback TEXT NOT NULL,
  host TEXT NOT NULL,
  secret TEXT NOT NULL, -- empty: what is sent is not signed
  since INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  UNIQUE (topic, callback)
);
CREATE INDEX subscriptions_host ON subscriptions (host);
CREATE INDEX subscriptions_expires ON subscriptions (expires);
CREATE INDEX subscriptions_callback ON subscriptions (callback);

-- which bytes of each feed hubs and subscribers were told of last
CREATE TABLE announced (
  topic TEXT PRIMARY KEY,
  digest TEXT NOT NULL
) WITHOUT ROWID;

-- random keys that the store makes for itself, such as the one that signs addresses of pictures
CREATE TABLE keys (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;

-- titles and summaries in another language, by the hash of the words they were made of
CREATE TABLE translations (
  digest BLOB NOT NULL,
  target TEXT NOT NULL,
  title TEXT NOT NULL,
  summary TEXT NOT NULL,
  by TEXT NOT NULL,
  made INTEGER NOT NULL,
  PRIMARY KEY (digest, target)
) WITHOUT ROWID;

-- characters sent to translators, by UTC day (1 is the first of January of the year 1)
CREATE TABLE translated (
  day INTEGER PRIMARY KEY,
  characters INTEGER NOT NULL
);

-- the topic as it was compiled last, for starts that find the same edition of it (feeds.curate.edition)
CREATE TABLE compiled (
  what TEXT PRIMARY KEY,
  edition BLOB NOT NULL,
  body BLOB NOT NULL
) WITHOUT ROWID;
