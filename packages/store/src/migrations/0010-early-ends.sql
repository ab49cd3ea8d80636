-- Sessions that policy made shorter after tokens were given that say otherwise. Their end must be told, and in time: the
-- walk over all live sessions passes each only now and then. A table of its own, because no index may hold a column of
-- sessions that moves at refresh.
CREATE TABLE early_ends (
  tenant_id       text NOT NULL,
  session_id      uuid NOT NULL,
  -- When somebody must look whether it has ended.
  due_at          timestamptz(3) NOT NULL,
  -- From then on no token is good that was given before.
  outlived_until  timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, session_id),
  FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, id)
);
CREATE INDEX early_ends_by_due ON early_ends (due_at);

-- Tenants whose live sessions nobody has held against the policy in force yet; nearly always none.
CREATE INDEX tenants_to_enforce ON tenants (id) WHERE policy_enforced_version < policy_version;
