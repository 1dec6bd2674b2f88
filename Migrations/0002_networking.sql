-- The Networking service: networks, their segments and subnets, ports with their addresses and bindings, agents.
--
-- Ids are UUIDs as text in the canonical form, times UTC text with microseconds, booleans 0 or 1, lists and objects JSON
-- text. All tables are rowid tables, because the change listeners hang on SQLite's hooks.

CREATE TABLE networks (
  id                    TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  project_id            TEXT NOT NULL,
  name                  TEXT NOT NULL DEFAULT '',
  description           TEXT NOT NULL DEFAULT '',
  admin_state_up        INTEGER NOT NULL DEFAULT 1 CHECK (admin_state_up IN (0, 1)),
  shared                INTEGER NOT NULL DEFAULT 0 CHECK (shared IN (0, 1)),
  external              INTEGER NOT NULL DEFAULT 0 CHECK (external IN (0, 1)),
  mtu                   INTEGER NOT NULL CHECK (mtu >= 68),
  port_security_enabled INTEGER NOT NULL DEFAULT 1 CHECK (port_security_enabled IN (0, 1)),
  created_at            TEXT NOT NULL,
  updated_at            TEXT NOT NULL,
  revision_number       INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE INDEX networks_project ON networks (project_id);
CREATE INDEX networks_name ON networks (name);

-- How a network is carried between hosts; one segment a network for now.
CREATE TABLE network_segments (
  network_id       TEXT PRIMARY KEY NOT NULL REFERENCES networks (id) ON DELETE CASCADE,
  network_type     TEXT NOT NULL CHECK (network_type IN ('local', 'flat', 'vlan', 'vxlan')),
  physical_network TEXT,
  segmentation_id  INTEGER,
  CHECK ((physical_network IS NOT NULL) = (network_type IN ('flat', 'vlan'))),
  CHECK ((segmentation_id IS NOT NULL) = (network_type IN ('vlan', 'vxlan'))),
  CHECK (network_type <> 'vlan' OR segmentation_id BETWEEN 1 AND 4094),
  CHECK (network_type <> 'vxlan' OR segmentation_id BETWEEN 1 AND 16777215)
) STRICT;

-- The unique indexes are what hands a segment to one network only.
CREATE UNIQUE INDEX network_segments_vxlan ON network_segments (segmentation_id) WHERE network_type = 'vxlan';
CREATE UNIQUE INDEX network_segments_flat ON network_segments (physical_network) WHERE network_type = 'flat';
CREATE UNIQUE INDEX network_segments_vlan ON network_segments (physical_network, segmentation_id)
  WHERE network_type = 'vlan';

CREATE TABLE subnets (
  id              TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  network_id      TEXT NOT NULL REFERENCES networks (id),
  project_id      TEXT NOT NULL,
  name            TEXT NOT NULL DEFAULT '',
  description     TEXT NOT NULL DEFAULT '',
  ip_version      INTEGER NOT NULL DEFAULT 4 CHECK (ip_version = 4),
  cidr            TEXT NOT NULL,
  gateway_ip      TEXT,
  enable_dhcp     INTEGER NOT NULL DEFAULT 1 CHECK (enable_dhcp IN (0, 1)),
  dns_nameservers TEXT NOT NULL DEFAULT '[]',
  host_routes     TEXT NOT NULL DEFAULT '[]',
  created_at      TEXT NOT NULL,
  updated_at      TEXT NOT NULL,
  revision_number INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX subnets_network ON subnets (network_id);
CREATE INDEX subnets_project ON subnets (project_id);

-- What a subnet hands out when a port asks for no address in particular; both ends included.
CREATE TABLE ip_allocation_pools (
  id        INTEGER PRIMARY KEY,
  subnet_id TEXT NOT NULL REFERENCES subnets (id) ON DELETE CASCADE,
  first_ip  TEXT NOT NULL,
  last_ip   TEXT NOT NULL
) STRICT;

CREATE INDEX ip_allocation_pools_subnet ON ip_allocation_pools (subnet_id);

CREATE TABLE ports (
  id                    TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  project_id            TEXT NOT NULL,
  network_id            TEXT NOT NULL REFERENCES networks (id),
  name                  TEXT NOT NULL DEFAULT '',
  description           TEXT NOT NULL DEFAULT '',
  mac_address           TEXT NOT NULL CHECK (length(mac_address) = 17),
  admin_state_up        INTEGER NOT NULL DEFAULT 1 CHECK (admin_state_up IN (0, 1)),
  status                TEXT NOT NULL DEFAULT 'DOWN' CHECK (status IN ('DOWN', 'BUILD', 'ACTIVE', 'ERROR')),
  device_id             TEXT NOT NULL DEFAULT '',
  device_owner          TEXT NOT NULL DEFAULT '',
  port_security_enabled INTEGER NOT NULL DEFAULT 1 CHECK (port_security_enabled IN (0, 1)),
  created_at            TEXT NOT NULL,
  updated_at            TEXT NOT NULL,
  revision_number       INTEGER NOT NULL DEFAULT 1,
  UNIQUE (network_id, mac_address)
) STRICT;

-- A tap names its port by the first 11 characters of the id: a range of the primary key's index.
CREATE INDEX ports_device ON ports (device_id);
CREATE INDEX ports_project ON ports (project_id);

-- ip_number is ip_address as a number: the unique index finds gaps in order, the text is for the reader.
CREATE TABLE ip_allocations (
  id         INTEGER PRIMARY KEY,
  port_id    TEXT NOT NULL REFERENCES ports (id) ON DELETE CASCADE,
  subnet_id  TEXT NOT NULL REFERENCES subnets (id),
  ip_address TEXT NOT NULL,
  ip_number  INTEGER NOT NULL CHECK (ip_number BETWEEN 0 AND 4294967295),
  UNIQUE (subnet_id, ip_number)
) STRICT;

CREATE INDEX ip_allocations_port ON ip_allocations (port_id);

-- One row a port and host. An unbound port has one with an empty host. Only a distributed router's port has more than one
-- ACTIVE row.
CREATE TABLE port_bindings (
  port_id     TEXT NOT NULL REFERENCES ports (id) ON DELETE CASCADE,
  host        TEXT NOT NULL DEFAULT '',
  status      TEXT NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'INACTIVE')),
  vif_type    TEXT NOT NULL DEFAULT 'unbound'
    CHECK (vif_type IN ('unbound', 'binding_failed', 'bridge', 'distributed')),
  vif_details TEXT NOT NULL DEFAULT '{}',
  vnic_type   TEXT NOT NULL DEFAULT 'normal'
    CHECK (vnic_type IN ('normal', 'direct', 'macvtap', 'baremetal', 'direct-physical', 'virtio-forwarder',
                         'smart-nic', 'accelerator-direct', 'accelerator-direct-physical', 'remote-managed', 'vdpa')),
  profile     TEXT NOT NULL DEFAULT '{}',
  distributed INTEGER NOT NULL DEFAULT 0 CHECK (distributed IN (0, 1)),
  -- How far the port is wired on this host, for the rows whose status is not the port's own.
  port_status TEXT NOT NULL DEFAULT 'DOWN' CHECK (port_status IN ('DOWN', 'BUILD', 'ACTIVE', 'ERROR')),
  PRIMARY KEY (port_id, host)
) STRICT;

CREATE UNIQUE INDEX port_bindings_active ON port_bindings (port_id) WHERE status = 'ACTIVE' AND distributed = 0;
CREATE INDEX port_bindings_host ON port_bindings (host);
-- What a revived agent may be able to bind now.
CREATE INDEX port_bindings_failed ON port_bindings (host, port_id) WHERE vif_type = 'binding_failed';

-- What keeps a port from becoming ACTIVE, each until its entity reports.
CREATE TABLE provisioning_blocks (
  port_id    TEXT NOT NULL REFERENCES ports (id) ON DELETE CASCADE,
  entity     TEXT NOT NULL CHECK (entity IN ('L2', 'DHCP')),
  created_at TEXT NOT NULL,
  PRIMARY KEY (port_id, entity)
) STRICT;

-- Every change of a port's status. There is no foreign key: the history outlives the port. It is bounded by time and by
-- number (options port_transition_retention and port_transition_limit); the server deletes what is older.
CREATE TABLE port_transitions (
  id          INTEGER PRIMARY KEY,
  port_id     TEXT NOT NULL,
  -- NULL for a new port.
  from_status TEXT CHECK (from_status IN ('DOWN', 'BUILD', 'ACTIVE', 'ERROR')),
  to_status   TEXT NOT NULL CHECK (to_status IN ('DOWN', 'BUILD', 'ACTIVE', 'ERROR')),
  at          TEXT NOT NULL,
  reason      TEXT NOT NULL,
  host        TEXT,
  -- When the host saw what it reported, by its own clock.
  observed_at TEXT
) STRICT;

CREATE INDEX port_transitions_port ON port_transitions (port_id);

CREATE TABLE agents (
  id                  TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  agent_type          TEXT NOT NULL,
  binary              TEXT NOT NULL,
  host                TEXT NOT NULL,
  topic               TEXT NOT NULL,
  availability_zone   TEXT,
  admin_state_up      INTEGER NOT NULL DEFAULT 1 CHECK (admin_state_up IN (0, 1)),
  configurations      TEXT NOT NULL DEFAULT '{}',
  created_at          TEXT NOT NULL,
  started_at          TEXT NOT NULL,
  heartbeat_timestamp TEXT NOT NULL,
  UNIQUE (agent_type, host)
) STRICT;

-- What a person wants to see of a port, one line each.
CREATE VIEW v_ports AS
SELECT ports.id, ports.name, ports.status, ports.admin_state_up, ports.mac_address,
  (SELECT group_concat(ip_address, ' ') FROM ip_allocations WHERE port_id = ports.id) AS ip_addresses,
  port_bindings.host, port_bindings.vif_type, ports.device_owner, ports.device_id, 'tap' || substr(ports.id, 1, 11) AS tap,
  networks.name AS network, network_segments.network_type, network_segments.segmentation_id,
  (SELECT group_concat(entity, ' ') FROM provisioning_blocks WHERE port_id = ports.id) AS waits_for,
  ports.project_id, ports.network_id, ports.created_at, ports.updated_at
FROM ports
JOIN networks ON networks.id = ports.network_id
JOIN network_segments ON network_segments.network_id = networks.id
LEFT JOIN port_bindings ON port_bindings.port_id = ports.id AND port_bindings.status = 'ACTIVE'
  AND port_bindings.distributed = 0;
