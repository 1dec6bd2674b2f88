-- Long operations on instances, the claims they make on hosts, and what moved from where to where.

-- Every passing state that upstream has. A column's CHECK cannot be changed, so the column is made anew.
DROP INDEX instances_in_passing;
ALTER TABLE instances ADD COLUMN task TEXT CHECK (task IN ('scheduling', 'block_device_mapping', 'networking',
  'spawning', 'image_snapshot', 'image_snapshot_pending', 'image_pending_upload', 'image_uploading', 'image_backup',
  'updating_password', 'resize_prep', 'resize_migrating', 'resize_migrated', 'resize_finish', 'resize_reverting',
  'resize_confirming', 'rebooting', 'reboot_pending', 'reboot_started', 'rebooting_hard', 'reboot_pending_hard',
  'reboot_started_hard', 'pausing', 'unpausing', 'suspending', 'resuming', 'powering-off', 'powering-on', 'rescuing',
  'unrescuing', 'rebuilding', 'rebuild_block_device_mapping', 'rebuild_spawning', 'migrating', 'deleting',
  'soft-deleting', 'restoring', 'shelving', 'shelving_image_pending_upload', 'shelving_image_uploading',
  'shelving_offloading', 'unshelving'));
UPDATE instances SET task = task_state;
ALTER TABLE instances DROP COLUMN task_state;
ALTER TABLE instances RENAME COLUMN task TO task_state;
CREATE INDEX instances_in_passing ON instances (task_state) WHERE task_state IS NOT NULL;

-- One row while something that takes time is done to an instance. What a host reports of another id is old.
CREATE TABLE instance_operations (
  id                 INTEGER PRIMARY KEY AUTOINCREMENT,
  instance_id        TEXT NOT NULL UNIQUE REFERENCES instances (id) ON DELETE CASCADE,
  kind               TEXT NOT NULL CHECK (kind IN ('start', 'stop', 'reboot_soft', 'reboot_hard', 'pause', 'unpause',
                       'suspend', 'resume', 'rescue', 'unrescue', 'rebuild', 'snapshot', 'attach_interface',
                       'detach_interface', 'resize', 'migrate', 'confirm_resize', 'revert_resize', 'shelve',
                       'shelve_offload', 'unshelve', 'live_migrate', 'evacuate')),
  leg                TEXT NOT NULL CHECK (leg IN ('only', 'source', 'destination', 'home', 'arrival')),
  step               TEXT NOT NULL,          -- what the owner said last; 'requested' before it has said anything
  owner              TEXT NOT NULL,          -- the host that is to do the leg
  arguments          TEXT NOT NULL CHECK (substr(arguments, 1, 1) = '{'),
  before_vm_state    TEXT NOT NULL,
  before_task_state  TEXT,
  before_power_state INTEGER NOT NULL,
  source_host        TEXT,
  destination_host   TEXT,
  request_id         TEXT NOT NULL,
  user_id            TEXT NOT NULL,
  project_id         TEXT NOT NULL,
  started_at         TEXT NOT NULL,
  lease_until        TEXT NOT NULL,          -- renewed by each report of the owner
  deadline           TEXT NOT NULL
) STRICT;

CREATE INDEX instance_operations_of_owner ON instance_operations (owner);

-- Room that an instance holds on a host besides the one that it is on: where it comes from, or where it goes to.
CREATE TABLE instance_claims (
  instance_id TEXT NOT NULL REFERENCES instances (id) ON DELETE CASCADE,
  host        TEXT NOT NULL,
  vcpus       INTEGER NOT NULL CHECK (vcpus >= 0),
  memory_mb   INTEGER NOT NULL CHECK (memory_mb >= 0),
  disk_gb     INTEGER NOT NULL CHECK (disk_gb >= 0),
  PRIMARY KEY (instance_id, host)
) STRICT;

CREATE INDEX instance_claims_on_host ON instance_claims (host);

-- Every move of an instance between hosts, as os-migrations shows it.
CREATE TABLE instance_migrations (
  id               INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid             TEXT NOT NULL UNIQUE CHECK (length(uuid) = 36),
  instance_id      TEXT NOT NULL,            -- no foreign key: the record outlives the instance
  type             TEXT NOT NULL CHECK (type IN ('migration', 'resize', 'live-migration', 'evacuation')),
  status           TEXT NOT NULL,
  source_host      TEXT NOT NULL,
  destination_host TEXT,
  old_flavor       TEXT NOT NULL CHECK (substr(old_flavor, 1, 1) = '{'),
  new_flavor       TEXT NOT NULL CHECK (substr(new_flavor, 1, 1) = '{'),
  old_vm_state     TEXT NOT NULL,
  user_id          TEXT NOT NULL,
  project_id       TEXT NOT NULL,
  memory_total     INTEGER,                  -- bytes; of a live migration under way
  memory_remaining INTEGER,
  created_at       TEXT NOT NULL,
  updated_at       TEXT NOT NULL
) STRICT;

CREATE INDEX instance_migrations_of_instance ON instance_migrations (instance_id, id);

-- The image that holds the disk of a shelved instance.
ALTER TABLE instances ADD COLUMN shelved_image_id TEXT CHECK (length(shelved_image_id) = 36);

-- A binding that was the active one is where a guest comes from, and not where it goes to.
ALTER TABLE port_bindings ADD COLUMN was_active INTEGER NOT NULL DEFAULT 0 CHECK (was_active IN (0, 1));
