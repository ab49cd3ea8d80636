-- Programs that sign their requests (RFC 9421), and what Argus tells them.

CREATE TABLE services (
  tenant_id    text NOT NULL REFERENCES tenants (id),
  id           text NOT NULL CHECK (length(id) BETWEEN 1 AND 128),
  status       text NOT NULL CHECK (status IN ('active', 'disabled')),
  name         text CHECK (length(name) BETWEEN 1 AND 100),
  permissions  text[] NOT NULL CHECK (cardinality(permissions) <= 20),
  created_at   timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  -- A request names its service by a key alone.
  UNIQUE (id)
);

CREATE TABLE service_keys (
  tenant_id   text NOT NULL,
  service_id  text NOT NULL,
  -- The key's thumbprint (RFC 7638): one key is one service's, or nobody could tell who signed.
  key_id      text NOT NULL CHECK (length(key_id) = 43),
  jwk         jsonb NOT NULL CHECK (length(jwk::text) <= 4000),
  added_at    timestamptz(3) NOT NULL,
  expires_at  timestamptz(3),
  PRIMARY KEY (tenant_id, key_id),
  UNIQUE (key_id),
  FOREIGN KEY (tenant_id, service_id) REFERENCES services (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX service_keys_by_service ON service_keys (tenant_id, service_id);

-- The end of each tenant's feed. Whoever numbers events holds its row until they are written.
CREATE TABLE feeds (
  tenant_id  text PRIMARY KEY REFERENCES tenants (id),
  head       bigint NOT NULL DEFAULT 0 CHECK (head >= 0),
  digest     text NOT NULL CHECK (length(digest) = 43),
  policy     jsonb
);
-- SHA-256 of nothing: the first event has none before it.
INSERT INTO feeds (tenant_id, digest) SELECT id, '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU' FROM tenants;

-- What happened and has no number yet. Transactions that overlap leave it here without waiting for each other.
CREATE TABLE feed_pending (
  tenant_id  text NOT NULL REFERENCES tenants (id),
  id         bigint GENERATED ALWAYS AS IDENTITY,
  event      jsonb NOT NULL CHECK (length(event::text) <= 2000),
  PRIMARY KEY (tenant_id, id)
);

CREATE TABLE feed_events (
  tenant_id   text NOT NULL REFERENCES tenants (id),
  seq         bigint NOT NULL CHECK (seq > 0),
  event       jsonb NOT NULL,
  -- Signed once; every stream of every node sends these same bytes.
  token       text NOT NULL CHECK (length(token) <= 8192),
  expires_at  timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, seq)
);

-- A request is good once: its nonce is remembered until it has expired, by all nodes alike.
ALTER TABLE marks DROP CONSTRAINT marks_use_check;
ALTER TABLE marks ADD CONSTRAINT marks_use_check
  CHECK (use IN ('dpop', 'assertion', 'logout-token', 'federation', 'webauthn', 'service-nonce'));

ALTER TABLE signing_keys DROP CONSTRAINT signing_keys_use_check;
ALTER TABLE signing_keys ADD CONSTRAINT signing_keys_use_check CHECK (use IN ('access', 'refresh', 'service'));
