-- the topic as it was compiled last, for starts that find the same edition of it (feeds.curate.edition)
CREATE TABLE compiled (
  what TEXT PRIMARY KEY,
  edition BLOB NOT NULL,
  body BLOB NOT NULL
) WITHOUT ROWID;
