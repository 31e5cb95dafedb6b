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
