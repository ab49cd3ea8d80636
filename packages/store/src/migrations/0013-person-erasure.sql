-- Erasing a person: what they hold goes piece by piece, and the audit log goes on under a pseudonym.

ALTER TABLE users DROP CONSTRAINT users_status_check;
ALTER TABLE users ADD CONSTRAINT users_status_check CHECK (status IN ('active', 'disabled', 'erasing'));

-- Who is being erased. The key makes pseudonyms of ids; it goes with the row, and then nobody can tell whose they were.
CREATE TABLE erasures (
  tenant_id  text NOT NULL,
  user_id    uuid NOT NULL,
  key        bytea NOT NULL CHECK (length(key) = 32),
  begun_at   timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, user_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX erasures_by_beginning ON erasures (begun_at);

-- What points to a session, a device or a person is looked for when one of these goes.
CREATE INDEX sessions_by_device ON sessions (tenant_id, device_id);
CREATE INDEX authorization_codes_by_session ON authorization_codes (tenant_id, session_id);
CREATE INDEX device_authorizations_by_session ON device_authorizations (tenant_id, session_id) WHERE session_id IS NOT NULL;
CREATE INDEX sign_in_progress_by_user ON sign_in_progress (tenant_id, user_id);
DROP INDEX links_by_user;
CREATE INDEX links_by_user ON links (tenant_id, user_id);

-- Lines about somebody else that name a person.
CREATE INDEX audit_events_by_mention ON audit_events
  (tenant_id, coalesce(details ->> 'targetId', details ->> 'startedBy'))
  WHERE details ?| '{targetId,startedBy}'::text[];

-- RFC 9562 §5.8: a UUID of our own making.
CREATE FUNCTION pseudonym(key bytea, id uuid) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT overlay(overlay(encode(substring(sha256(key || uuid_send(id)) FROM 1 FOR 16), 'hex')
    PLACING '8' FROM 13 FOR 1) PLACING '8' FROM 17 FOR 1)::uuid
$$;

-- A line without the person: who is named by what stands in the place of each id, and where from and on what is gone,
-- unless somebody else's. Of the details stays what says nothing of anybody.
CREATE FUNCTION pseudonymised(line audit_events, whom uuid, key bytea) RETURNS audit_events LANGUAGE plpgsql STABLE AS $$
DECLARE
  name CONSTANT text := 'administrator:' || whom;
  new_name CONSTANT text := 'administrator:' || pseudonym(key, whom);
  is_by CONSTANT boolean := line.actor = name;
  is_about CONSTANT boolean := line.user_id IS NOT DISTINCT FROM whom OR EXISTS (
    SELECT FROM sessions s WHERE s.tenant_id = line.tenant_id AND s.id = line.session_id AND s.user_id = whom);
BEGIN
  IF is_about THEN
    IF line.user_id = whom THEN line.user_id := pseudonym(key, whom); END IF;
    line.session_id := pseudonym(key, line.session_id);
    line.grant_id := pseudonym(key, line.grant_id);
    line.device_id := pseudonym(key, line.device_id);
    line.details := coalesce((
      SELECT jsonb_object_agg(d.key, d.value) FROM jsonb_each(line.details) d
      WHERE d.key IN ('acr', 'amr', 'attempts', 'audience', 'call', 'clientId', 'kind', 'left', 'needs', 'permission',
        'providerId', 'roles', 'scope', 'startedBy')), '{}');
  END IF;
  IF is_by OR (is_about AND line.actor <> 'operator' AND line.actor NOT LIKE 'administrator:%') THEN
    line.ip := NULL;
    line.user_agent := NULL;
  END IF;
  IF is_by THEN line.actor := new_name; END IF;
  IF line.details ->> 'targetId' = whom::text THEN
    line.details := jsonb_set(line.details, '{targetId}', to_jsonb(pseudonym(key, whom)));
  END IF;
  IF line.details ->> 'startedBy' = name THEN
    line.details := jsonb_set(line.details, '{startedBy}', to_jsonb(new_name));
  END IF;
  RETURN line;
END
$$;

-- The one update of the log: a transaction must name whom it erases, that person must be on the way out, and a line
-- becomes exactly what is made of it here.
CREATE FUNCTION person_being_erased() RETURNS erasures LANGUAGE sql STABLE AS $$
  SELECT e FROM erasures e
  WHERE e.tenant_id = split_part(current_setting('argus.erasing_person', true), ' ', 1)
    AND e.user_id::text = split_part(current_setting('argus.erasing_person', true), ' ', 2)
$$;
CREATE FUNCTION refuse_audit_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (person_being_erased()).user_id IS NULL THEN
    RAISE EXCEPTION 'audit events are append-only' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END
$$;
CREATE FUNCTION refuse_other_audit_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  erasure CONSTANT erasures := person_being_erased();
BEGIN
  IF OLD.tenant_id IS DISTINCT FROM erasure.tenant_id
    OR NEW IS DISTINCT FROM pseudonymised(OLD, erasure.user_id, erasure.key) THEN
    RAISE EXCEPTION 'audit events are append-only' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
DROP TRIGGER audit_events_append_only ON audit_events;
CREATE TRIGGER audit_events_append_only BEFORE TRUNCATE ON audit_events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_events_pseudonymised_only BEFORE UPDATE ON audit_events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_update();
CREATE TRIGGER audit_events_pseudonymised_so BEFORE UPDATE ON audit_events
  FOR EACH ROW EXECUTE FUNCTION refuse_other_audit_update();
