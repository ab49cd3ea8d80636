-- Ids of clients, resources and providers are public and travel without a tenant, so each is unique in the installation.

CREATE TABLE clients (
  tenant_id               text NOT NULL REFERENCES tenants (id),
  id                      text NOT NULL CHECK (id ~ '^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$' AND id <> 'argus'),
  status                  text NOT NULL CHECK (status IN ('active', 'disabled')),
  settings                jsonb NOT NULL CHECK (coalesce(settings ->> 'name', '') <> ''
    AND coalesce(settings ->> 'type', '') IN ('confidential', 'public')),
  secret_hash             bytea CHECK (length(secret_hash) = 32),
  own_grant_id            uuid NOT NULL,
  source                  text NOT NULL CHECK (source IN ('apply', 'administrator', 'registration')),
  created_at              timestamptz(3) NOT NULL,
  changed_at              timestamptz(3) NOT NULL,
  backchannel_logout_uri  text GENERATED ALWAYS AS (settings ->> 'backchannelLogoutUri') STORED,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (id),
  UNIQUE (tenant_id, own_grant_id),
  -- RFC 6749 §2.1: whoever cannot keep a secret is given none.
  CHECK (settings ->> 'type' = 'confidential' OR secret_hash IS NULL)
);
CREATE INDEX clients_by_origin ON clients USING gin ((settings -> 'origins')) WHERE status = 'active';

CREATE TABLE resources (
  tenant_id  text NOT NULL REFERENCES tenants (id),
  id         text NOT NULL CHECK (length(id) BETWEEN 1 AND 500),
  -- Pages of a list need a place that is short and never moves; the id may be neither shown in full nor cut.
  place      bigint GENERATED ALWAYS AS IDENTITY,
  settings   jsonb NOT NULL CHECK (jsonb_typeof(settings) = 'object'),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (id),
  UNIQUE (tenant_id, place)
);

CREATE TABLE providers (
  tenant_id      text NOT NULL REFERENCES tenants (id),
  id             text NOT NULL CHECK (id ~ '^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$'),
  settings       jsonb NOT NULL CHECK (coalesce(settings ->> 'name', '') <> '' AND coalesce(settings ->> 'issuer', '') <> ''),
  domains        text[] NOT NULL CHECK (cardinality(domains) <= 100),
  sealed_secret  bytea,
  changed_at     timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (id)
);
CREATE INDEX providers_by_domain ON providers USING gin (domains);
CREATE INDEX providers_by_issuer ON providers ((settings ->> 'issuer'));

-- (issuer, subject) is who somebody is elsewhere (OIDC Core §5.7); the provider may be gone.
CREATE TABLE identities (
  tenant_id     text NOT NULL,
  issuer        text NOT NULL CHECK (octet_length(issuer) BETWEEN 1 AND 2000),
  subject       text NOT NULL CHECK (octet_length(subject) BETWEEN 1 AND 500),
  provider_id   text NOT NULL,
  user_id       uuid NOT NULL,
  email         text CHECK (length(email) <= 254),
  linked_at     timestamptz(3) NOT NULL,
  last_used_at  timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, issuer, subject),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX identities_by_user ON identities (tenant_id, user_id);

-- A session came from at most one session of each issuer; the newest counts.
CREATE TABLE upstream_sessions (
  tenant_id    text NOT NULL,
  session_id   uuid NOT NULL,
  issuer       text NOT NULL CHECK (octet_length(issuer) BETWEEN 1 AND 2000),
  subject      text NOT NULL CHECK (octet_length(subject) BETWEEN 1 AND 500),
  sid          text CHECK (octet_length(sid) BETWEEN 1 AND 500),
  provider_id  text NOT NULL,
  PRIMARY KEY (tenant_id, session_id, issuer),
  FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, id)
);
CREATE INDEX upstream_sessions_by_subject ON upstream_sessions (tenant_id, issuer, subject);
CREATE INDEX upstream_sessions_by_sid ON upstream_sessions (tenant_id, issuer, sid) WHERE sid IS NOT NULL;

ALTER TABLE grants
  ADD COLUMN resources text[] NOT NULL DEFAULT '{}' CHECK (cardinality(resources) <= 20),
  -- RFC 7638: a SHA-256 in base64url.
  ADD COLUMN jkt text CHECK (length(jkt) = 43);
-- Argus holds a grant under every session and is never asked for all of them, so its own are left out.
CREATE INDEX grants_live_by_client ON grants (tenant_id, client_id, session_id) WHERE status = 'active' AND client_id <> 'argus';

CREATE TABLE consents (
  tenant_id   text NOT NULL,
  user_id     uuid NOT NULL,
  client_id   text NOT NULL,
  scope       text[] NOT NULL CHECK (cardinality(scope) <= 100),
  resources   text[] NOT NULL CHECK (cardinality(resources) <= 20),
  granted_at  timestamptz(3) NOT NULL,
  expires_at  timestamptz(3),
  PRIMARY KEY (tenant_id, user_id, client_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
  FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id) ON DELETE CASCADE,
  CHECK (expires_at > granted_at)
);
CREATE INDEX consents_by_client ON consents (tenant_id, client_id);

-- What is only asked about by its secret is kept as the secret's hash; consumed_at makes it single-use.
CREATE TABLE pushed_requests (
  tenant_id    text NOT NULL,
  uri_hash     bytea NOT NULL CHECK (length(uri_hash) = 32),
  client_id    text NOT NULL,
  -- Not jsonb, which would refuse what a client may well send.
  parameters   json NOT NULL,
  dpop_jkt     text CHECK (length(dpop_jkt) = 43),
  created_at   timestamptz(3) NOT NULL,
  expires_at   timestamptz(3) NOT NULL,
  consumed_at  timestamptz(3),
  PRIMARY KEY (tenant_id, uri_hash),
  FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id) ON DELETE CASCADE,
  -- RFC 9126 §4, FAPI 2.0 §5.3.2.2
  CHECK (expires_at > created_at AND expires_at - created_at < interval '10 minutes')
);
CREATE INDEX pushed_requests_by_client ON pushed_requests (tenant_id, client_id);
CREATE INDEX pushed_requests_by_end ON pushed_requests (expires_at);

CREATE TABLE authorization_codes (
  tenant_id       text NOT NULL,
  code_hash       bytea NOT NULL CHECK (length(code_hash) = 32),
  client_id       text NOT NULL,
  user_id         uuid NOT NULL,
  session_id      uuid NOT NULL,
  grant_id        uuid NOT NULL,
  redirect_uri    text NOT NULL CHECK (length(redirect_uri) BETWEEN 1 AND 2000),
  scope           text[] NOT NULL CHECK (cardinality(scope) <= 100),
  resources       text[] NOT NULL CHECK (cardinality(resources) <= 20),
  nonce           text CHECK (length(nonce) <= 2000),
  code_challenge  text CHECK (length(code_challenge) = 43),
  dpop_jkt        text CHECK (length(dpop_jkt) = 43),
  created_at      timestamptz(3) NOT NULL,
  expires_at      timestamptz(3) NOT NULL,
  consumed_at     timestamptz(3),
  PRIMARY KEY (tenant_id, code_hash),
  FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, id),
  FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id) ON DELETE CASCADE,
  -- RFC 6749 §4.1.2
  CHECK (expires_at > created_at AND expires_at - created_at <= interval '10 minutes'),
  CHECK (consumed_at < expires_at)
) WITH (fillfactor = 90);
CREATE INDEX authorization_codes_by_client ON authorization_codes (tenant_id, client_id, user_id);
CREATE INDEX authorization_codes_by_end ON authorization_codes (expires_at);

CREATE TABLE device_authorizations (
  tenant_id         text NOT NULL,
  device_code_hash  bytea NOT NULL CHECK (length(device_code_hash) = 32),
  user_code_hash    bytea NOT NULL CHECK (length(user_code_hash) = 32),
  client_id         text NOT NULL,
  scope             text[] NOT NULL CHECK (cardinality(scope) <= 100),
  resources         text[] NOT NULL CHECK (cardinality(resources) <= 20),
  state             text NOT NULL CHECK (state IN ('pending', 'approved', 'denied', 'consumed')),
  user_id           uuid,
  session_id        uuid,
  grant_id          uuid NOT NULL,
  ip                inet NOT NULL,
  user_agent        text CHECK (length(user_agent) <= 512),
  created_at        timestamptz(3) NOT NULL,
  expires_at        timestamptz(3) NOT NULL,
  polled_at         timestamptz(3),
  interval_seconds  integer NOT NULL CHECK (interval_seconds BETWEEN 1 AND 3600),
  PRIMARY KEY (tenant_id, device_code_hash),
  UNIQUE (tenant_id, user_code_hash),
  FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, id),
  FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id) ON DELETE CASCADE,
  CHECK (expires_at > created_at AND expires_at - created_at <= interval '1 hour'),
  CHECK ((state = 'pending') = (user_id IS NULL) AND (user_id IS NULL) = (session_id IS NULL))
);
CREATE INDEX device_authorizations_by_client ON device_authorizations (tenant_id, client_id, user_id);
CREATE INDEX device_authorizations_by_end ON device_authorizations (expires_at);

-- The row is the use: a second one finds it.
CREATE TABLE marks (
  tenant_id   text NOT NULL REFERENCES tenants (id),
  use         text NOT NULL CHECK (use IN ('dpop', 'assertion', 'logout-token', 'federation')),
  hash        bytea NOT NULL CHECK (length(hash) = 32),
  expires_at  timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, use, hash)
);
CREATE INDEX marks_by_end ON marks (expires_at);

-- Access tokens that ended before their time; their grant may have no row, for a client's own has none.
CREATE TABLE ended_tokens (
  tenant_id   text NOT NULL REFERENCES tenants (id),
  jti         text NOT NULL CHECK (length(jti) BETWEEN 1 AND 200),
  grant_id    uuid NOT NULL,
  expires_at  timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, jti)
);
CREATE INDEX ended_tokens_by_end ON ended_tokens (expires_at);

-- One row for each client that must still hear of a session's end. A session ends once, so these two name it. No foreign
-- key to the client: its check would lock the client after the session, and whoever removes a client goes the other way.
CREATE TABLE logout_deliveries (
  tenant_id   text NOT NULL,
  session_id  uuid NOT NULL,
  client_id   text NOT NULL,
  attempts    integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  due_at      timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, session_id, client_id),
  FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, id)
);
CREATE INDEX logout_deliveries_due ON logout_deliveries (due_at);
