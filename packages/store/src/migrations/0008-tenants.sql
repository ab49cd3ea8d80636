-- Tenants with a name, hosts and domains of their own, a plan, and an end.

ALTER TABLE tenants
  ADD COLUMN name text CHECK (length(name) BETWEEN 1 AND 100),
  ADD COLUMN status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'erasing')),
  ADD COLUMN plan text NOT NULL DEFAULT 'enterprise' CHECK (plan IN ('professional', 'enterprise')),
  ADD COLUMN add_ons text[] NOT NULL DEFAULT '{}'
    CHECK (add_ons <@ ARRAY['advanced-threat-detection', 'multi-device-management'] AND cardinality(add_ons) <= 2),
  ADD COLUMN suspended_at timestamptz(3),
  -- From here on nothing of a suspended tenant lives: neither a session nor a token that was on its way.
  ADD COLUMN settled_at timestamptz(3),
  ADD CONSTRAINT tenants_suspended_check CHECK ((status = 'active') = (suspended_at IS NULL)),
  ADD CONSTRAINT tenants_settled_check CHECK (settled_at IS NULL OR suspended_at IS NOT NULL),
  ADD CONSTRAINT tenants_erasing_check CHECK (status <> 'erasing' OR settled_at IS NOT NULL);
CREATE INDEX tenants_not_active ON tenants (id) WHERE status <> 'active';

-- Where a tenant is found by the name of a host. A request brings nothing but that name, so it is one tenant's.
CREATE TABLE tenant_hosts (
  tenant_id  text NOT NULL REFERENCES tenants (id),
  host       text NOT NULL CHECK (length(host) BETWEEN 3 AND 253 AND host = lower(host)),
  -- The first is where its mails lead.
  place      integer NOT NULL CHECK (place > 0),
  PRIMARY KEY (tenant_id, host),
  UNIQUE (host)
);

-- Whose people have addresses of a domain. It leads a sign-in to its tenant and gives no other right.
CREATE TABLE tenant_domains (
  tenant_id  text NOT NULL REFERENCES tenants (id),
  domain     text NOT NULL CHECK (length(domain) BETWEEN 3 AND 253 AND domain = lower(domain)),
  place      integer NOT NULL CHECK (place > 0),
  PRIMARY KEY (tenant_id, domain),
  UNIQUE (domain)
);

-- A browser in the middle of a sign-in brings its attempt and no tenant.
CREATE INDEX sign_in_progress_by_attempt ON sign_in_progress (attempt_hash);

-- The log is append-only but for the end of a whole tenant: a transaction must name the tenant that it erases, the tenant
-- must be on its way out, and no line of another one goes.
CREATE FUNCTION refuse_audit_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM tenants WHERE id = current_setting('argus.erasing', true) AND status = 'erasing') THEN
    RAISE EXCEPTION 'audit events are append-only' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END
$$;
CREATE FUNCTION refuse_foreign_audit_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.tenant_id IS DISTINCT FROM current_setting('argus.erasing', true) THEN
    RAISE EXCEPTION 'audit events are append-only' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN OLD;
END
$$;
DROP TRIGGER audit_events_append_only ON audit_events;
CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR TRUNCATE ON audit_events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_events_erased_with_tenant BEFORE DELETE ON audit_events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_deletion();
CREATE TRIGGER audit_events_of_that_tenant BEFORE DELETE ON audit_events
  FOR EACH ROW EXECUTE FUNCTION refuse_foreign_audit_deletion();
