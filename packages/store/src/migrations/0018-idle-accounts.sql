-- When an administrator let somebody in again: being unused is counted from then on.
ALTER TABLE users ADD COLUMN enabled_at timestamptz(3);
