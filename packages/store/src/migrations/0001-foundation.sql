-- Tenants come first in every key: a question that forgets its tenant finds no index to hide behind.

CREATE TABLE tenants (
  id              text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  policy_version  integer NOT NULL DEFAULT 1 CHECK (policy_version > 0),
  created_at      timestamptz(3) NOT NULL
);

CREATE TABLE users (
  tenant_id   text NOT NULL REFERENCES tenants (id),
  id          uuid NOT NULL,
  email       text NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
  name        text CHECK (length(name) <= 100),
  roles       text[] NOT NULL DEFAULT '{}' CHECK (cardinality(roles) <= 50),
  status      text NOT NULL CHECK (status IN ('active', 'disabled')),
  created_at  timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, email)
);

CREATE TABLE passwords (
  tenant_id   text NOT NULL,
  user_id     uuid NOT NULL,
  phc         text NOT NULL CHECK (length(phc) <= 512),
  changed_at  timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, user_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

-- A device is the holder of a device secret, seen from one person's side.
CREATE TABLE devices (
  tenant_id      text NOT NULL,
  id             uuid NOT NULL,
  user_id        uuid NOT NULL,
  secret_hash    bytea NOT NULL CHECK (length(secret_hash) = 32),
  user_agent     text CHECK (length(user_agent) <= 512),
  first_seen_at  timestamptz(3) NOT NULL,
  last_seen_at   timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, user_id, secret_hash),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

CREATE TABLE sessions (
  tenant_id            text NOT NULL,
  id                   uuid NOT NULL,
  user_id              uuid NOT NULL,
  device_id            uuid NOT NULL,
  state                text NOT NULL CHECK (state IN ('active', 'ended')),
  amr                  text[] NOT NULL CHECK (cardinality(amr) BETWEEN 1 AND 10),
  acr                  text NOT NULL,
  authenticated_at     timestamptz(3) NOT NULL,
  created_at           timestamptz(3) NOT NULL,
  last_active_at       timestamptz(3) NOT NULL,
  idle_expires_at      timestamptz(3) NOT NULL,
  absolute_expires_at  timestamptz(3) NOT NULL,
  ip                   inet NOT NULL,
  user_agent           text CHECK (length(user_agent) <= 512),
  ended_at             timestamptz(3),
  end_reason           text,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
  FOREIGN KEY (tenant_id, device_id) REFERENCES devices (tenant_id, id),
  CHECK (idle_expires_at <= absolute_expires_at),
  CHECK ((state = 'ended') = (ended_at IS NOT NULL AND end_reason IS NOT NULL))
) WITH (fillfactor = 80);
-- No index holds a column that moves at refresh, so that refresh updates stay heap-only.
CREATE INDEX sessions_live_by_user ON sessions (tenant_id, user_id, id) WHERE state = 'active';
CREATE INDEX sessions_ended_by_user ON sessions (tenant_id, user_id, ended_at, id) WHERE state = 'ended';
CREATE INDEX sessions_live ON sessions (tenant_id, id) WHERE state = 'active';

-- One row is a whole family of refresh tokens: only the newest generation rotates.
CREATE TABLE grants (
  tenant_id            text NOT NULL,
  id                   uuid NOT NULL,
  session_id           uuid NOT NULL,
  client_id            text NOT NULL,
  status               text NOT NULL CHECK (status IN ('active', 'ended')),
  generation           integer NOT NULL CHECK (generation > 0),
  secret               bytea NOT NULL CHECK (length(secret) = 32),
  scope                text NOT NULL DEFAULT '',
  created_at           timestamptz(3) NOT NULL,
  rotated_at           timestamptz(3) NOT NULL,
  expires_at           timestamptz(3) NOT NULL,
  rotated_ip           inet NOT NULL,
  rotated_user_agent   text CHECK (length(rotated_user_agent) <= 512),
  ended_at             timestamptz(3),
  end_reason           text,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, id),
  CHECK ((status = 'ended') = (ended_at IS NOT NULL AND end_reason IS NOT NULL))
) WITH (fillfactor = 80);
CREATE INDEX grants_by_session ON grants (tenant_id, session_id);

CREATE TABLE authentications (
  tenant_id   text NOT NULL,
  id          uuid NOT NULL,
  session_id  uuid NOT NULL,
  method      text NOT NULL,
  proved_at   timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, id)
);
CREATE INDEX authentications_by_session ON authentications (tenant_id, session_id);

-- A link proves by a secret that is stored only as its hash; consumed_at makes it single-use.
CREATE TABLE links (
  tenant_id    text NOT NULL REFERENCES tenants (id),
  id           uuid NOT NULL,
  token_hash   bytea NOT NULL CHECK (length(token_hash) = 32),
  kind         text NOT NULL CHECK (kind IN ('first-administrator', 'invitation')),
  user_id      uuid,
  created_at   timestamptz(3) NOT NULL,
  expires_at   timestamptz(3) NOT NULL,
  consumed_at  timestamptz(3),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (token_hash),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
  CHECK ((kind = 'invitation') = (user_id IS NOT NULL))
);

CREATE TABLE signing_keys (
  tenant_id        text NOT NULL REFERENCES tenants (id),
  kid              text NOT NULL,
  use              text NOT NULL CHECK (use IN ('access', 'refresh')),
  algorithm        text NOT NULL,
  published_at     timestamptz(3) NOT NULL,
  signs_from_at    timestamptz(3) NOT NULL,
  signs_until_at   timestamptz(3),
  remove_after_at  timestamptz(3),
  sealed           bytea NOT NULL,
  PRIMARY KEY (tenant_id, kid)
);

CREATE TABLE audit_events (
  tenant_id   text NOT NULL REFERENCES tenants (id),
  id          uuid NOT NULL,
  at          timestamptz(3) NOT NULL,
  type        text NOT NULL,
  actor       text NOT NULL,
  user_id     uuid,
  session_id  uuid,
  grant_id    uuid,
  device_id   uuid,
  reason      text,
  ip          inet,
  user_agent  text CHECK (length(user_agent) <= 512),
  details     jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_events_by_user ON audit_events (tenant_id, user_id, id) WHERE type <> 'session.refreshed';
CREATE INDEX audit_events_by_session ON audit_events (tenant_id, session_id, id);

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit events are append-only' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

INSERT INTO tenants (id, created_at) VALUES ('default', now());
