-- The outbox. What the Compute service has to be told is written here in the transaction that caused it, and leaves
-- the table only together with a row of event_deliveries that says what became of it.

CREATE TABLE pending_events (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order of delivery
  port_id         TEXT,                               -- no foreign key: a port's deletion is announced after the port is gone
  instance_id     TEXT NOT NULL,                      -- a Compute service elsewhere may own it: no foreign key either
  name            TEXT NOT NULL CHECK (name IN ('network-changed', 'network-vif-plugged', 'network-vif-unplugged',
                                                'network-vif-deleted', 'volume-extended', 'power-update',
                                                'accelerator-request-bound', 'volume-reimaged')),
  status          TEXT NOT NULL CHECK (status IN ('completed', 'failed', 'in-progress')),
  tag             TEXT CHECK (length(tag) <= 255),
  created_at      TEXT NOT NULL,
  attempts        INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  sent_at         TEXT,                               -- when the last attempt left
  next_attempt_at TEXT,                               -- not before; NULL: at once
  last_code       INTEGER,                            -- what the last attempt was answered, if it was
  last_error      TEXT,
  refused_since   TEXT,                               -- when the Compute service first answered 404 or 422 to it
  CHECK ((attempts = 0) = (sent_at IS NULL))
) STRICT;

CREATE INDEX pending_events_of_port ON pending_events (port_id, id);
CREATE INDEX pending_events_waiting ON pending_events (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

CREATE TABLE event_deliveries (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id    INTEGER NOT NULL UNIQUE,                -- the id it had in pending_events
  port_id     TEXT,
  instance_id TEXT NOT NULL,
  name        TEXT NOT NULL,
  status      TEXT NOT NULL,
  tag         TEXT,
  outcome     TEXT NOT NULL CHECK (outcome IN ('delivered', 'given_up', 'superseded')),
  code        INTEGER,                                -- of the last answer
  detail      TEXT,                                   -- why, for a person to read; NULL when delivered
  attempts    INTEGER NOT NULL CHECK (attempts >= 0),
  created_at  TEXT NOT NULL,
  sent_at     TEXT,
  finished_at TEXT NOT NULL,
  CHECK (outcome = 'delivered' OR detail IS NOT NULL)
) STRICT;

CREATE INDEX event_deliveries_of_instance ON event_deliveries (instance_id, id);
CREATE INDEX event_deliveries_of_port ON event_deliveries (port_id, id);
