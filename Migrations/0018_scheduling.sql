-- Where instances may go, and how many there may be.

-- Hosts: the number that the API knew them by before 2.53, an administrator's word that one is dead, and what placement
-- and the hypervisors' list tell besides.
ALTER TABLE compute_nodes ADD COLUMN number INTEGER;
UPDATE compute_nodes SET number = rowid;
CREATE UNIQUE INDEX compute_nodes_number ON compute_nodes (number);
ALTER TABLE compute_nodes ADD COLUMN is_forced_down INTEGER NOT NULL DEFAULT 0 CHECK (is_forced_down IN (0, 1));
ALTER TABLE compute_nodes ADD COLUMN architecture TEXT;
ALTER TABLE compute_nodes ADD COLUMN host_ip TEXT;
ALTER TABLE compute_nodes ADD COLUMN hypervisor_version INTEGER NOT NULL DEFAULT 0;

CREATE TABLE aggregates (
  number     INTEGER PRIMARY KEY AUTOINCREMENT,
  id         TEXT NOT NULL UNIQUE CHECK (length(id) = 36),
  name       TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 255),
  created_at TEXT NOT NULL,
  updated_at TEXT
) STRICT;

CREATE TABLE aggregate_hosts (
  number    INTEGER PRIMARY KEY,            -- the order in which hosts were added
  aggregate INTEGER NOT NULL REFERENCES aggregates (number) ON DELETE CASCADE,
  host      TEXT NOT NULL,
  UNIQUE (aggregate, host)
) STRICT;

CREATE INDEX aggregate_hosts_of_host ON aggregate_hosts (host);

CREATE TABLE aggregate_metadata (
  aggregate INTEGER NOT NULL REFERENCES aggregates (number) ON DELETE CASCADE,
  key       TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  value     TEXT NOT NULL CHECK (length(value) <= 255),
  PRIMARY KEY (aggregate, key)
) STRICT;

CREATE TABLE server_groups (
  number              INTEGER PRIMARY KEY AUTOINCREMENT,
  id                  TEXT NOT NULL UNIQUE CHECK (length(id) = 36),
  name                TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
  policy              TEXT NOT NULL CHECK (policy IN ('anti-affinity', 'affinity', 'soft-anti-affinity', 'soft-affinity')),
  max_server_per_host INTEGER CHECK (max_server_per_host > 0),
  project_id          TEXT NOT NULL,
  user_id             TEXT NOT NULL,
  created_at          TEXT NOT NULL,
  CHECK (max_server_per_host IS NULL OR policy = 'anti-affinity')
) STRICT;

CREATE INDEX server_groups_of_project ON server_groups (project_id, number);

-- An instance is in one group at most: the one that it was created for.
CREATE TABLE server_group_members (
  instance_id TEXT PRIMARY KEY NOT NULL REFERENCES instances (id) ON DELETE CASCADE,
  group_id    TEXT NOT NULL REFERENCES server_groups (id) ON DELETE CASCADE
) STRICT;

CREATE INDEX server_group_members_of_group ON server_group_members (group_id);

-- Who may use a flavor that is not public.
CREATE TABLE flavor_access (
  flavor_id  TEXT NOT NULL REFERENCES flavors (id) ON DELETE CASCADE,
  project_id TEXT NOT NULL,
  PRIMARY KEY (flavor_id, project_id)
) STRICT;

CREATE INDEX flavor_access_of_project ON flavor_access (project_id);

-- Limits that an administrator has set; without a row the class `default` holds, and without that the configuration. -1
-- is no limit. The empty user is the project as a whole.
CREATE TABLE compute_quotas (
  project_id TEXT NOT NULL,
  user_id    TEXT NOT NULL DEFAULT '',
  resource   TEXT NOT NULL,
  max_count  INTEGER NOT NULL CHECK (max_count BETWEEN -1 AND 2147483647),
  PRIMARY KEY (project_id, user_id, resource)
) STRICT;

CREATE TABLE compute_quota_classes (
  name      TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
  resource  TEXT NOT NULL,
  max_count INTEGER NOT NULL CHECK (max_count BETWEEN -1 AND 2147483647),
  PRIMARY KEY (name, resource)
) STRICT;

-- What a project's instances take is summed up from this index alone.
CREATE INDEX instances_usage_of_project ON instances (project_id, user_id, vm_state, vcpus, memory_mb);

-- The host that an administrator named; such an instance is not built on another.
ALTER TABLE instances ADD COLUMN requested_host TEXT;
-- JSON text: the hosts that have tried to build the instance, without the one that has it now.
ALTER TABLE instances ADD COLUMN tried_hosts TEXT NOT NULL DEFAULT '[]' CHECK (substr(tried_hosts, 1, 1) = '[');

-- What os-simple-tenant-usage tells of instances that are gone. An instance that never ran has cost nothing.
CREATE TABLE terminated_instances (
  id            TEXT PRIMARY KEY NOT NULL,
  name          TEXT NOT NULL,
  project_id    TEXT NOT NULL,
  flavor_name   TEXT NOT NULL,
  vcpus         INTEGER NOT NULL,
  memory_mb     INTEGER NOT NULL,
  local_gb      INTEGER NOT NULL,
  launched_at   TEXT NOT NULL,
  terminated_at TEXT NOT NULL
) STRICT;

CREATE INDEX terminated_instances_of_project ON terminated_instances (project_id, terminated_at);
CREATE INDEX terminated_instances_by_time ON terminated_instances (terminated_at);

-- Whoever deletes an instance cannot forget to write down what it was. The time is the database's own.
CREATE TRIGGER instances_usage_delete AFTER DELETE ON instances WHEN OLD.launched_at IS NOT NULL BEGIN
  INSERT OR IGNORE INTO terminated_instances (id, name, project_id, flavor_name, vcpus, memory_mb, local_gb, launched_at,
    terminated_at)
  VALUES (OLD.id, OLD.name, OLD.project_id, OLD.flavor_name, OLD.vcpus, OLD.memory_mb, OLD.root_gb + OLD.ephemeral_gb,
    OLD.launched_at, strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'));
END;
