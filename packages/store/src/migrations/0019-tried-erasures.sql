-- When an erasure was tried last: those that fail each time keep nobody else waiting.
ALTER TABLE erasures ADD COLUMN tried_at timestamptz(3);
DROP INDEX erasures_by_beginning;
CREATE INDEX erasures_by_try ON erasures (tried_at NULLS FIRST, begun_at);
