-- People who were asked to come, until they do. An invitation is nobody's account.

CREATE TABLE invitations (
  tenant_id   text NOT NULL REFERENCES tenants (id),
  id          uuid NOT NULL,
  -- Who they become.
  user_id     uuid NOT NULL,
  token_hash  bytea NOT NULL CHECK (length(token_hash) = 32),
  email       text NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
  name        text CHECK (length(name) <= 100),
  roles       text[] NOT NULL CHECK (cardinality(roles) <= 50),
  groups      text[] NOT NULL CHECK (cardinality(groups) <= 50),
  invited_by  text NOT NULL CHECK (length(invited_by) BETWEEN 1 AND 200),
  created_at  timestamptz(3) NOT NULL,
  sent_at     timestamptz(3) NOT NULL,
  expires_at  timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, email),
  -- A link brings no tenant.
  UNIQUE (token_hash),
  CHECK (expires_at > sent_at AND expires_at - sent_at <= interval '7 days')
);
CREATE INDEX invitations_by_end ON invitations (expires_at);
