-- Who rules a tenant is asked whenever somebody might be the last who does.
CREATE INDEX users_ruling ON users (tenant_id) WHERE roles && '{owner,admin}'::text[];
