-- random keys that the store makes for itself, such as the one that signs addresses of pictures
CREATE TABLE keys (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;
