-- what one round checks lies together: with a page for each source, every round wrote as many as there are sources
ALTER TABLE checks RENAME TO checks_by_source;
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
INSERT INTO checks SELECT * FROM checks_by_source;
DROP TABLE checks_by_source;
