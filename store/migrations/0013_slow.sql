-- how long the last good answer took where that was long, in milliseconds: a round waits for such a source
ALTER TABLE sources ADD COLUMN slow_ms INTEGER NOT NULL DEFAULT 0;
