-- new items are counted once per check, and tagged where they are stored: per row that took as long as the row
DROP TRIGGER items_counted;
DROP TRIGGER items_tagged;

-- for find_item(): an address that is no guid; keys of addresses and guids that older versions made stay unused
CREATE INDEX items_url ON items (url) WHERE url <> guid;
-- lists of all kinds are merged of those of each kind
DROP INDEX items_order;

-- for source_counts(): who fails, among those that are asked
CREATE INDEX sources_failing ON sources (failures)
  WHERE failures > 0 AND origin <> 'once' AND disabled = 0 AND retired = 0;
