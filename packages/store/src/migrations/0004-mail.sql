-- What waits to be sent. The content is sealed: its links open things, and whoever reads a backup should not.
CREATE TABLE mails (
  tenant_id   text NOT NULL REFERENCES tenants (id),
  id          uuid NOT NULL,
  user_id     uuid,
  kind        text NOT NULL CHECK (kind ~ '^[a-z][a-z-]{0,39}$'),
  sealed      bytea NOT NULL CHECK (length(sealed) BETWEEN 1 AND 16384),
  attempts    integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  created_at  timestamptz(3) NOT NULL,
  due_at      timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX mails_due ON mails (due_at);
CREATE INDEX mails_by_user ON mails (tenant_id, user_id, kind);
