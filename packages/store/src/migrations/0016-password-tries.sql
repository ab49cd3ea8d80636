-- Passwords that were tried since the last right one. A try is counted before the password is looked at, so that of any
-- number at once no more than policy allows are ever compared. `user_id` is a user, or what stands for an address that
-- nobody has: both answer alike, so the table does not point to users.
CREATE TABLE password_tries (
  tenant_id        text NOT NULL REFERENCES tenants (id),
  user_id          uuid NOT NULL,
  is_known_device  boolean NOT NULL,
  -- Since the last lock was over.
  in_a_row         integer NOT NULL CHECK (in_a_row > 0),
  -- Since the last right one, or the last unlocking.
  in_all           integer NOT NULL CHECK (in_all > 0),
  locked_until     timestamptz(3),
  -- From then on they count no more; null: they do until a right one.
  expires_at       timestamptz(3),
  PRIMARY KEY (tenant_id, user_id, is_known_device)
);
CREATE INDEX password_tries_by_end ON password_tries (expires_at) WHERE expires_at IS NOT NULL;
