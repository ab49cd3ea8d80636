-- Null: no mail was seen to arrive there.
ALTER TABLE users ADD COLUMN email_verified_at timestamptz(3);

CREATE TABLE passkeys (
  tenant_id           text NOT NULL,
  id                  uuid NOT NULL,
  user_id             uuid NOT NULL,
  -- WebAuthn §4: at most 1,023 bytes. One credential is one person's.
  credential_id       bytea NOT NULL CHECK (length(credential_id) BETWEEN 1 AND 1023),
  public_key          bytea NOT NULL CHECK (length(public_key) BETWEEN 1 AND 2048),
  algorithm           integer NOT NULL,
  sign_count          bigint NOT NULL CHECK (sign_count BETWEEN 0 AND 4294967295),
  is_backup_eligible  boolean NOT NULL,
  is_backed_up        boolean NOT NULL,
  is_attested         boolean NOT NULL,
  aaguid              uuid NOT NULL,
  transports          text[] NOT NULL CHECK (cardinality(transports) <= 10),
  name                text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  created_at          timestamptz(3) NOT NULL,
  last_used_at        timestamptz(3),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, credential_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
  CHECK (is_backup_eligible OR NOT is_backed_up)
);
CREATE INDEX passkeys_by_user ON passkeys (tenant_id, user_id);

CREATE TABLE totps (
  tenant_id      text NOT NULL,
  user_id        uuid NOT NULL,
  id             uuid NOT NULL,
  sealed_secret  text NOT NULL CHECK (length(sealed_secret) <= 500),
  offset_steps   integer NOT NULL CHECK (offset_steps BETWEEN -10 AND 10),
  last_step      bigint NOT NULL,
  name           text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  created_at     timestamptz(3) NOT NULL,
  last_used_at   timestamptz(3),
  PRIMARY KEY (tenant_id, user_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

-- All codes of a set share its salt, so that one guess costs one hash, however many are left.
CREATE TABLE recovery_code_sets (
  tenant_id   text NOT NULL,
  user_id     uuid NOT NULL,
  id          uuid NOT NULL,
  salt        bytea NOT NULL CHECK (length(salt) = 16),
  created_at  timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, user_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

CREATE TABLE recovery_codes (
  tenant_id  text NOT NULL,
  user_id    uuid NOT NULL,
  hash       bytea NOT NULL CHECK (length(hash) = 32),
  used_at    timestamptz(3),
  PRIMARY KEY (tenant_id, user_id, hash),
  FOREIGN KEY (tenant_id, user_id) REFERENCES recovery_code_sets (tenant_id, user_id) ON DELETE CASCADE
);

-- full_at says when the bucket is full again (generic cell rate algorithm); in_a_row counts until a right guess.
CREATE TABLE guesses (
  tenant_id        text NOT NULL,
  user_id          uuid NOT NULL,
  use              text NOT NULL CHECK (use IN ('totp', 'recovery-code')),
  is_known_device  boolean NOT NULL,
  full_at          timestamptz(3) NOT NULL,
  in_a_row         integer NOT NULL CHECK (in_a_row > 0),
  PRIMARY KEY (tenant_id, user_id, use, is_known_device),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

CREATE TABLE remembered_devices (
  tenant_id   text NOT NULL,
  device_id   uuid NOT NULL,
  user_id     uuid NOT NULL,
  expires_at  timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, device_id),
  FOREIGN KEY (tenant_id, device_id) REFERENCES devices (tenant_id, id)
);
CREATE INDEX remembered_devices_by_user ON remembered_devices (tenant_id, user_id);
CREATE INDEX remembered_devices_by_end ON remembered_devices (expires_at);

-- Only who has proved a factor leaves a row here.
CREATE TABLE sign_in_progress (
  tenant_id      text NOT NULL,
  attempt_hash   bytea NOT NULL CHECK (length(attempt_hash) = 32),
  user_id        uuid NOT NULL,
  proofs         jsonb NOT NULL CHECK (jsonb_typeof(proofs) = 'array'),
  password_mark  bytea CHECK (length(password_mark) = 32),
  details        jsonb NOT NULL CHECK (jsonb_typeof(details) = 'object'),
  created_at     timestamptz(3) NOT NULL,
  expires_at     timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, attempt_hash),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX sign_in_progress_by_end ON sign_in_progress (expires_at);

CREATE TABLE recoveries (
  tenant_id   text NOT NULL,
  user_id     uuid NOT NULL,
  started_by  text NOT NULL,
  started_at  timestamptz(3) NOT NULL,
  due_at      timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, user_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
  CHECK (due_at >= started_at)
);
CREATE INDEX recoveries_due ON recoveries (due_at);

ALTER TABLE links
  ADD COLUMN details jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(details) = 'object'),
  DROP CONSTRAINT links_kind_check,
  DROP CONSTRAINT links_check,
  ADD CONSTRAINT links_kind_check CHECK (kind IN ('first-administrator', 'invitation', 'verify-email', 'change-email',
    'reset-password', 'undo-changes', 'stop-recovery')),
  ADD CONSTRAINT links_user_check CHECK ((kind <> 'first-administrator') = (user_id IS NOT NULL));
CREATE INDEX links_by_user ON links (tenant_id, user_id) WHERE consumed_at IS NULL;
CREATE INDEX links_reserving ON links (tenant_id, (details ->> 'previousEmail'))
  WHERE consumed_at IS NULL AND details ->> 'previousEmail' IS NOT NULL;
CREATE INDEX links_by_end ON links (expires_at);

ALTER TABLE marks
  DROP CONSTRAINT marks_use_check,
  ADD CONSTRAINT marks_use_check CHECK (use IN ('dpop', 'assertion', 'logout-token', 'federation', 'webauthn'));
