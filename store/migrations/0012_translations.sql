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
