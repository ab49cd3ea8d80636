-- For which newer session one made room: its person is told.
ALTER TABLE sessions
  ADD COLUMN made_room_for uuid,
  ADD CONSTRAINT sessions_made_room_for_fkey FOREIGN KEY (tenant_id, made_room_for)
    REFERENCES sessions (tenant_id, id) ON DELETE SET NULL (made_room_for),
  ADD CONSTRAINT sessions_made_room_check CHECK (made_room_for IS NULL OR (state = 'ended' AND made_room_for <> id));
CREATE INDEX sessions_made_room_for ON sessions (tenant_id, made_room_for) WHERE made_room_for IS NOT NULL;
