-- What is kept of one person is found by that person.

-- Neither column moves at refresh, so that refresh updates stay heap-only.
CREATE INDEX sessions_by_user ON sessions (tenant_id, user_id, id);
CREATE INDEX audit_events_by_administrator ON audit_events (tenant_id, actor, id) WHERE actor LIKE 'administrator:%';
