-- what a politeness report needs of each check: where it went, in how many requests, what was said to that
ALTER TABLE checks ADD COLUMN asked TEXT NOT NULL DEFAULT '';
ALTER TABLE checks ADD COLUMN requests INTEGER NOT NULL DEFAULT 1;
ALTER TABLE checks ADD COLUMN cause TEXT NOT NULL DEFAULT '';
ALTER TABLE checks ADD COLUMN retry_after_s INTEGER;
ALTER TABLE checks ADD COLUMN hops TEXT NOT NULL DEFAULT '[]';

-- hosts that refused us: every process has to leave them alone
CREATE TABLE holds (
  host TEXT PRIMARY KEY,
  until INTEGER, -- after refusals in a row
  asked_until INTEGER, -- the host's own word (Retry-After)
  storms INTEGER NOT NULL,
  refused TEXT NOT NULL
) WITHOUT ROWID;
