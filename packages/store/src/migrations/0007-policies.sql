-- What administrators decide, and what of a session or a person they may speak of.

-- Every version that ever held. The newest is the one that tenants.policy_version names; a tenant without one has the
-- preset `balanced`.
CREATE TABLE policies (
  tenant_id      text NOT NULL REFERENCES tenants (id),
  version        integer NOT NULL CHECK (version > 1),
  document       jsonb NOT NULL CHECK (jsonb_typeof(document) = 'object' AND length(document::text) <= 262144),
  author         text NOT NULL CHECK (length(author) BETWEEN 1 AND 200),
  note           text CHECK (length(note) <= 500),
  restored_from  integer CHECK (restored_from >= 1),
  created_at     timestamptz(3) NOT NULL,
  superseded_at  timestamptz(3),
  PRIMARY KEY (tenant_id, version)
);

-- Which version live sessions were last held against. Behind policy_version: somebody must go through them.
ALTER TABLE tenants ADD COLUMN policy_enforced_version integer NOT NULL DEFAULT 1 CHECK (policy_enforced_version > 0);

ALTER TABLE users ADD COLUMN groups text[] NOT NULL DEFAULT '{}' CHECK (cardinality(groups) <= 50);

ALTER TABLE sessions
  ADD COLUMN device_class text NOT NULL DEFAULT 'other' CHECK (device_class IN ('desktop', 'mobile', 'tablet', 'other')),
  ADD COLUMN risk_level text NOT NULL DEFAULT 'low' CHECK (risk_level IN ('low', 'medium', 'high', 'critical')),
  ADD COLUMN is_remembered boolean NOT NULL DEFAULT false;
