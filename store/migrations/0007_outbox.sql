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
