-- People that come from another system, in a file that arrives in pieces and is worked through in batches.

CREATE TABLE imports (
  tenant_id             text NOT NULL REFERENCES tenants (id),
  id                    uuid NOT NULL,
  name                  text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  format                text NOT NULL,
  on_existing           text NOT NULL CHECK (on_existing IN ('skip', 'refuse')),
  gives_administration  boolean NOT NULL,
  state                 text NOT NULL CHECK (state IN ('receiving', 'running', 'finished', 'failed', 'cancelled')),
  started_by            text NOT NULL,
  -- Whose roles bound what it may give; null: the operator's key, which opens everything.
  asker_id              uuid,
  bytes                 bigint NOT NULL CHECK (bytes >= 0),
  -- Where the reading goes on: behind the last row that was dealt with.
  read_bytes            bigint CHECK (read_bytes >= 0),
  read_state            jsonb,
  row_count             bigint NOT NULL CHECK (row_count >= 0),
  created_count         bigint NOT NULL,
  skipped_count         bigint NOT NULL,
  refused_count         bigint NOT NULL,
  failure               text CHECK (length(failure) <= 300),
  created_at            timestamptz(3) NOT NULL,
  began_at              timestamptz(3),
  moved_at              timestamptz(3),
  ended_at              timestamptz(3),
  -- When somebody is to look after it: whoever works at it puts this off.
  due_at                timestamptz(3),
  PRIMARY KEY (tenant_id, id),
  CHECK (row_count = created_count + skipped_count + refused_count),
  CHECK ((state IN ('receiving', 'running')) = (ended_at IS NULL)),
  CHECK ((ended_at IS NULL) = (due_at IS NOT NULL))
);
CREATE INDEX imports_due ON imports (due_at) WHERE due_at IS NOT NULL;

-- Encrypted: a file of people is full of what proves who they are. What was read is deleted in the commit that acts on it.
CREATE TABLE import_pieces (
  tenant_id  text NOT NULL,
  import_id  uuid NOT NULL,
  begins_at  bigint NOT NULL CHECK (begins_at >= 0),
  ends_at    bigint NOT NULL CHECK (ends_at > begins_at),
  sealed     bytea NOT NULL CHECK (length(sealed) <= 131072),
  PRIMARY KEY (tenant_id, import_id, begins_at),
  FOREIGN KEY (tenant_id, import_id) REFERENCES imports (tenant_id, id)
);

CREATE TABLE import_refusals (
  tenant_id   text NOT NULL,
  import_id   uuid NOT NULL,
  row_number  bigint NOT NULL CHECK (row_number > 0),
  path        text NOT NULL CHECK (length(path) <= 200),
  reason      text NOT NULL CHECK (length(reason) <= 200),
  PRIMARY KEY (tenant_id, import_id, row_number),
  FOREIGN KEY (tenant_id, import_id) REFERENCES imports (tenant_id, id)
);

-- Passkeys that were made for another system: what it called their user, and what it kept no word of.
ALTER TABLE passkeys
  ADD COLUMN foreign_user_handle bytea CHECK (length(foreign_user_handle) BETWEEN 1 AND 64),
  ADD COLUMN learns_backup boolean NOT NULL DEFAULT false;
