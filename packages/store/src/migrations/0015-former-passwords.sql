-- Where policy forbids that former passwords come back (PCI DSS 8.3.7), the newest of them are kept as hashes.
CREATE TABLE former_passwords (
  tenant_id    text NOT NULL,
  user_id      uuid NOT NULL,
  phc          text NOT NULL CHECK (length(phc) <= 512),
  replaced_at  timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, user_id, phc),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
