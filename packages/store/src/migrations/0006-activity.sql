-- What applications report of the requests of sessions.

-- In all, one row for each session that was ever reported. No index holds a column that moves, so that updates stay
-- heap-only; the end is the session's absolute limit, which never moves.
CREATE TABLE session_activity (
  tenant_id   text NOT NULL,
  session_id  uuid NOT NULL,
  requests    bigint NOT NULL CHECK (requests >= 0),
  bytes_out   bigint NOT NULL CHECK (bytes_out >= 0),
  records     bigint NOT NULL CHECK (records >= 0),
  actions     bigint NOT NULL CHECK (actions >= 0),
  last_at     timestamptz(3) NOT NULL,
  expires_at  timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, session_id),
  FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, id)
) WITH (fillfactor = 80);
CREATE INDEX session_activity_by_end ON session_activity (expires_at);

-- As it was told, for a few hours, so that whoever looks for patterns finds what it did not hear.
CREATE TABLE activity_events (
  tenant_id    text NOT NULL,
  id           bigint GENERATED ALWAYS AS IDENTITY,
  service_id   text NOT NULL CHECK (length(service_id) BETWEEN 1 AND 128),
  session_id   uuid NOT NULL,
  at           timestamptz(3) NOT NULL,
  -- Null where a middleware under pressure told of sessions as a whole.
  route_class  text CHECK (length(route_class) BETWEEN 1 AND 100),
  method       text,
  status       text,
  is_passive   boolean NOT NULL,
  requests     bigint NOT NULL CHECK (requests > 0),
  bytes_out    bigint NOT NULL CHECK (bytes_out >= 0),
  records      bigint NOT NULL CHECK (records >= 0),
  actions      jsonb CHECK (length(actions::text) <= 2000),
  -- One in so many sessions is told of.
  sampled      integer NOT NULL CHECK (sampled BETWEEN 1 AND 64),
  expires_at   timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  -- No foreign key: its check would lock, and so write, the session's row for each event. What is inserted here is joined
  -- with the counts, whose foreign key holds.
  CHECK ((route_class IS NULL) = (method IS NULL) AND (method IS NULL) = (status IS NULL))
);
CREATE INDEX activity_events_by_end ON activity_events (expires_at);

-- A batch counts once, however often it is sent.
ALTER TABLE marks DROP CONSTRAINT marks_use_check;
ALTER TABLE marks ADD CONSTRAINT marks_use_check
  CHECK (use IN ('dpop', 'assertion', 'logout-token', 'federation', 'webauthn', 'service-nonce', 'activity'));
