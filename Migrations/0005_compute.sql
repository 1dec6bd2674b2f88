-- Instances, what they need, and the inboxes of the compute hosts.

CREATE TABLE flavors (
  id           TEXT PRIMARY KEY NOT NULL CHECK (length(id) BETWEEN 1 AND 255),
  name         TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 255),
  vcpus        INTEGER NOT NULL CHECK (vcpus > 0),
  memory_mb    INTEGER NOT NULL CHECK (memory_mb > 0),
  root_gb      INTEGER NOT NULL CHECK (root_gb >= 0),
  ephemeral_gb INTEGER NOT NULL DEFAULT 0 CHECK (ephemeral_gb >= 0),
  swap_mb      INTEGER NOT NULL DEFAULT 0 CHECK (swap_mb >= 0),
  is_public    INTEGER NOT NULL DEFAULT 1 CHECK (is_public IN (0, 1)),
  description  TEXT,
  created_at   TEXT NOT NULL
) STRICT;

CREATE TABLE flavor_extra_specs (
  flavor_id TEXT NOT NULL REFERENCES flavors (id) ON DELETE CASCADE,
  key       TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  value     TEXT NOT NULL CHECK (length(value) <= 255),
  PRIMARY KEY (flavor_id, key)
) STRICT;

-- What a new installation starts with; the smallest fits a busybox guest. An operator may delete them.
INSERT INTO flavors (id, name, vcpus, memory_mb, root_gb, created_at) VALUES
  ('0',  'm1.nano',   1,  128,  0, strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
  ('42', 'm1.micro',  1,  256,  0, strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
  ('1',  'm1.tiny',   1,  512,  1, strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
  ('2',  'm1.small',  1, 2048, 20, strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
  ('3',  'm1.medium', 2, 4096, 40, strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
  ('4',  'm1.large',  4, 8192, 80, strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'));

CREATE TABLE compute_nodes (
  id              TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  host            TEXT NOT NULL UNIQUE,
  hypervisor_type TEXT NOT NULL,
  vcpus           INTEGER NOT NULL CHECK (vcpus >= 0),
  memory_mb       INTEGER NOT NULL CHECK (memory_mb >= 0),
  disk_gb         INTEGER NOT NULL CHECK (disk_gb >= 0),
  is_enabled      INTEGER NOT NULL DEFAULT 1 CHECK (is_enabled IN (0, 1)),
  disabled_reason TEXT,
  created_at      TEXT NOT NULL,
  started_at      TEXT NOT NULL,          -- the first report of the program's present run
  heartbeat_at    TEXT NOT NULL
) STRICT;

-- Columns that hold JSON are checked by their first character only: json_valid() must not stand in a schema that is not
-- trusted (PRAGMA trusted_schema = OFF).
CREATE TABLE instances (
  number             INTEGER PRIMARY KEY AUTOINCREMENT,  -- instance-0000001b is made of it
  id                 TEXT NOT NULL UNIQUE CHECK (length(id) = 36),
  name               TEXT NOT NULL,
  description        TEXT,
  hostname           TEXT NOT NULL,
  project_id         TEXT NOT NULL,
  user_id            TEXT NOT NULL,
  -- The flavor as it was; no foreign key, since the flavor may change or go.
  flavor_id          TEXT NOT NULL,
  flavor_name        TEXT NOT NULL,
  vcpus              INTEGER NOT NULL CHECK (vcpus > 0),
  memory_mb          INTEGER NOT NULL CHECK (memory_mb > 0),
  root_gb            INTEGER NOT NULL CHECK (root_gb >= 0),
  ephemeral_gb       INTEGER NOT NULL CHECK (ephemeral_gb >= 0),
  swap_mb            INTEGER NOT NULL CHECK (swap_mb >= 0),
  extra_specs        TEXT NOT NULL CHECK (substr(extra_specs, 1, 1) = '{'),
  -- The image as the Image API told it.
  image_id           TEXT,
  image_disk_format  TEXT,
  kernel_id          TEXT,
  ramdisk_id         TEXT,
  image_properties   TEXT NOT NULL DEFAULT '{}' CHECK (substr(image_properties, 1, 1) = '{'),
  -- The rest of the request.
  networks           TEXT NOT NULL CHECK (substr(networks, 1, 1) = '['),
  metadata           TEXT NOT NULL CHECK (substr(metadata, 1, 1) = '{'),
  tags               TEXT NOT NULL CHECK (substr(tags, 1, 1) = '['),
  security_groups    TEXT NOT NULL CHECK (substr(security_groups, 1, 1) = '['),
  user_data          TEXT,
  availability_zone  TEXT,
  config_drive       INTEGER NOT NULL CHECK (config_drive IN (0, 1)),
  reservation_id     TEXT NOT NULL,
  launch_index       INTEGER NOT NULL CHECK (launch_index >= 0),
  -- Where it is and how it is.
  host               TEXT,
  vm_state           TEXT NOT NULL CHECK (vm_state IN ('active', 'building', 'paused', 'suspended', 'stopped', 'rescued',
                       'resized', 'soft-delete', 'deleted', 'error', 'shelved', 'shelved_offloaded')),
  task_state         TEXT CHECK (task_state IN ('scheduling', 'block_device_mapping', 'networking', 'spawning', 'deleting',
                       'rebooting', 'rebooting_hard', 'powering-off', 'powering-on', 'pausing', 'unpausing', 'suspending',
                       'resuming', 'migrating', 'rebuilding')),
  power_state        INTEGER NOT NULL CHECK (power_state IN (0, 1, 3, 4, 6, 7)),
  host_guest_id      TEXT,                -- the guest's id at its hypervisor
  fault_code         INTEGER,
  fault_message      TEXT,
  fault_details      TEXT,
  fault_at           TEXT,
  network_info       TEXT NOT NULL DEFAULT '[]' CHECK (substr(network_info, 1, 1) = '['),
  network_info_stale INTEGER NOT NULL DEFAULT 0 CHECK (network_info_stale IN (0, 1)),
  created_at         TEXT NOT NULL,
  updated_at         TEXT NOT NULL,
  launched_at        TEXT,
  CHECK ((fault_code IS NULL) = (fault_message IS NULL))
) STRICT;

CREATE INDEX instances_of_project ON instances (project_id, number);
-- What a host's instances take is summed up from this index alone.
CREATE INDEX instances_on_host ON instances (host, vcpus, memory_mb, root_gb, ephemeral_gb, swap_mb);
CREATE INDEX instances_in_passing ON instances (task_state) WHERE task_state IS NOT NULL;

CREATE TABLE instance_actions (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  instance_id TEXT NOT NULL REFERENCES instances (id) ON DELETE CASCADE,
  action      TEXT NOT NULL,              -- create, delete
  request_id  TEXT NOT NULL,
  user_id     TEXT NOT NULL,
  project_id  TEXT NOT NULL,
  started_at  TEXT NOT NULL,
  finished_at TEXT,
  message     TEXT
) STRICT;

CREATE INDEX instance_actions_of_instance ON instance_actions (instance_id, id);

CREATE TABLE instance_action_events (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  action_id   INTEGER NOT NULL REFERENCES instance_actions (id) ON DELETE CASCADE,
  event       TEXT NOT NULL,              -- a step: api_accepted, scheduled, ..., guest_resumed, active
  started_at  TEXT NOT NULL,
  finished_at TEXT,
  host        TEXT,
  detail      TEXT
) STRICT;

CREATE INDEX instance_action_events_of_action ON instance_action_events (action_id, event);

-- What the server has to tell a host, until the host has acknowledged it.
CREATE TABLE host_messages (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order of delivery
  host         TEXT NOT NULL,
  binary       TEXT NOT NULL,
  method       TEXT NOT NULL,
  version      TEXT NOT NULL,             -- of the method's arguments
  args         TEXT NOT NULL CHECK (substr(args, 1, 1) = '{'),
  instance_id  TEXT,                      -- the instance it is about, if it is about one
  created_at   TEXT NOT NULL
) STRICT;

CREATE INDEX host_messages_of_host ON host_messages (host, binary, id);
CREATE INDEX host_messages_of_instance ON host_messages (instance_id) WHERE instance_id IS NOT NULL;

-- The boot of each instance, one line a step: what the Compute service and the host have recorded, what became of the
-- ports, and what was told about them. It ends with the step that made the instance ACTIVE.
CREATE VIEW v_boot_timeline AS
WITH
boots AS (
  SELECT instances.id AS instance_id, instances.name, actions.id AS action_id, actions.started_at,
    (SELECT max(coalesce(finished_at, started_at)) FROM instance_action_events AS event
     WHERE event.action_id = actions.id AND event.event IN ('active', 'error')) AS ended_at
  FROM instances JOIN instance_actions AS actions ON actions.instance_id = instances.id AND actions.action = 'create'
),
steps AS (
  SELECT boots.instance_id, boots.action_id, event.event AS step, coalesce(event.finished_at, event.started_at) AS at, event.host,
    event.detail, 1 AS kind, event.id AS number
  FROM boots JOIN instance_action_events AS event ON event.action_id = boots.action_id
  UNION ALL
  SELECT boots.instance_id, boots.action_id, 'port ' || coalesce(transition.from_status, 'new') || ' -> ' || transition.to_status,
    transition.at, transition.host,
    'tap' || substr(ports.id, 1, 11) || ' ' || transition.reason
      || CASE WHEN transition.observed_at IS NULL THEN '' ELSE ', seen ' || substr(transition.observed_at, 12, 15) END,
    2, transition.id
  FROM boots JOIN ports ON ports.device_id = boots.instance_id
    JOIN port_transitions AS transition ON transition.port_id = ports.id
  WHERE transition.at >= boots.started_at AND transition.at <= coalesce(boots.ended_at, '9')
  UNION ALL
  SELECT boots.instance_id, boots.action_id, 'event queued', event.created_at, NULL,
    event.name || coalesce(' tap' || substr(event.port_id, 1, 11), '') || coalesce(', last error: ' || event.last_error, ''),
    3, event.id
  FROM boots JOIN pending_events AS event ON event.instance_id = boots.instance_id
  WHERE event.created_at >= boots.started_at AND event.created_at <= coalesce(boots.ended_at, '9')
  UNION ALL
  SELECT boots.instance_id, boots.action_id, 'event queued', event.created_at, NULL,
    event.name || coalesce(' tap' || substr(event.port_id, 1, 11), ''), 3, event.event_id
  FROM boots JOIN event_deliveries AS event ON event.instance_id = boots.instance_id
  WHERE event.created_at >= boots.started_at AND event.created_at <= coalesce(boots.ended_at, '9')
  UNION ALL
  SELECT boots.instance_id, boots.action_id, 'event ' || replace(event.outcome, '_', ' '), event.finished_at, NULL,
    event.name || coalesce(' tap' || substr(event.port_id, 1, 11), '') || ', sent '
      || coalesce(substr(event.sent_at, 12, 15), 'never') || coalesce(', code ' || event.code, '')
      || coalesce(', ' || event.detail, ''), 4, event.event_id
  FROM boots JOIN event_deliveries AS event ON event.instance_id = boots.instance_id
  WHERE event.created_at >= boots.started_at AND event.created_at <= coalesce(boots.ended_at, '9')
),
-- The date functions know milliseconds only, so the microseconds are cut out of the text. Steps of one microsecond stand in
-- the order in which they were written.
measured AS (
  SELECT steps.*, boots.name,
    unixepoch(at) * 1000000 + CAST(substr(at, 21, 6) AS INTEGER) AS microseconds,
    unixepoch(boots.started_at) * 1000000 + CAST(substr(boots.started_at, 21, 6) AS INTEGER) AS origin
  FROM steps JOIN boots ON boots.action_id = steps.action_id
)
SELECT instance_id, name, step, at,
  round((microseconds - origin) / 1000.0, 3) AS ms,
  round((microseconds - lag(microseconds, 1, origin) OVER boot) / 1000.0, 3) AS ms_step,
  host, detail
FROM measured
WINDOW boot AS (PARTITION BY instance_id ORDER BY microseconds, kind, number ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
ORDER BY origin, instance_id, microseconds, kind, number;
