-- Security groups: what may reach a port and what may leave it, the templates that new groups are filled from, and which
-- port has which groups.

CREATE TABLE security_groups (
  id              TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  project_id      TEXT NOT NULL,
  name            TEXT NOT NULL DEFAULT '',
  description     TEXT NOT NULL DEFAULT '',
  stateful        INTEGER NOT NULL DEFAULT 1 CHECK (stateful IN (0, 1)),
  -- The group of its project's ports that name none.
  is_default      INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1)),
  tags            TEXT NOT NULL DEFAULT '[]',
  created_at      TEXT NOT NULL,
  updated_at      TEXT NOT NULL,
  revision_number INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE INDEX security_groups_project ON security_groups (project_id);
CREATE INDEX security_groups_name ON security_groups (name);
-- However many ask for a new project's default group at once, there is one.
CREATE UNIQUE INDEX security_groups_default ON security_groups (project_id) WHERE is_default = 1;

-- A rule goes with its group and with the group that it refers to. protocol and remote_ip_prefix are as the client wrote
-- them; protocol_name is the one name (or number) of the protocol and normalized_cidr the prefix without host bits.
CREATE TABLE security_group_rules (
  id                TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  project_id        TEXT NOT NULL,
  security_group_id TEXT NOT NULL REFERENCES security_groups (id) ON DELETE CASCADE,
  direction         TEXT NOT NULL CHECK (direction IN ('ingress', 'egress')),
  ethertype         TEXT NOT NULL CHECK (ethertype IN ('IPv4', 'IPv6')),
  protocol          TEXT,
  protocol_name     TEXT,
  port_range_min    INTEGER CHECK (port_range_min BETWEEN 0 AND 65535),
  port_range_max    INTEGER CHECK (port_range_max BETWEEN 0 AND 65535),
  remote_ip_prefix  TEXT,
  normalized_cidr   TEXT,
  remote_group_id   TEXT REFERENCES security_groups (id) ON DELETE CASCADE,
  description       TEXT,
  created_at        TEXT NOT NULL,
  updated_at        TEXT NOT NULL,
  revision_number   INTEGER NOT NULL DEFAULT 0,
  CHECK ((protocol IS NULL) = (protocol_name IS NULL)),
  CHECK ((remote_ip_prefix IS NULL) = (normalized_cidr IS NULL)),
  CHECK (remote_ip_prefix IS NULL OR remote_group_id IS NULL)
) STRICT;

-- No group has a rule twice; "from anywhere" is the same however it is written. Begins with the group, so that it is the
-- index for a group's rules too.
CREATE UNIQUE INDEX security_group_rules_once ON security_group_rules (
  security_group_id, direction, ethertype, coalesce(protocol_name, ''), coalesce(port_range_min, -1),
  coalesce(port_range_max, -1), coalesce(remote_group_id, ''),
  CASE WHEN remote_ip_prefix IS NULL OR remote_ip_prefix IN ('0.0.0.0/0', '::/0') THEN '' ELSE remote_ip_prefix END);
CREATE INDEX security_group_rules_remote ON security_group_rules (remote_group_id) WHERE remote_group_id IS NOT NULL;
CREATE INDEX security_group_rules_project ON security_group_rules (project_id);

-- A port keeps its groups from being deleted.
CREATE TABLE port_security_groups (
  port_id           TEXT NOT NULL REFERENCES ports (id) ON DELETE CASCADE,
  security_group_id TEXT NOT NULL REFERENCES security_groups (id),
  PRIMARY KEY (port_id, security_group_id)
) STRICT;

CREATE INDEX port_security_groups_group ON port_security_groups (security_group_id, port_id);

-- What new groups are filled with. remote_group_id is a group's id, or PARENT for the new group itself.
CREATE TABLE default_security_group_rules (
  id                     TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  direction              TEXT NOT NULL CHECK (direction IN ('ingress', 'egress')),
  ethertype              TEXT NOT NULL CHECK (ethertype IN ('IPv4', 'IPv6')),
  protocol               TEXT,
  protocol_name          TEXT,
  port_range_min         INTEGER CHECK (port_range_min BETWEEN 0 AND 65535),
  port_range_max         INTEGER CHECK (port_range_max BETWEEN 0 AND 65535),
  remote_ip_prefix       TEXT,
  normalized_cidr        TEXT,
  remote_group_id        TEXT,
  description            TEXT NOT NULL DEFAULT '',
  used_in_default_sg     INTEGER NOT NULL DEFAULT 0 CHECK (used_in_default_sg IN (0, 1)),
  used_in_non_default_sg INTEGER NOT NULL DEFAULT 1 CHECK (used_in_non_default_sg IN (0, 1)),
  CHECK ((protocol IS NULL) = (protocol_name IS NULL)),
  CHECK ((remote_ip_prefix IS NULL) = (normalized_cidr IS NULL)),
  CHECK (remote_ip_prefix IS NULL OR remote_group_id IS NULL)
) STRICT;

-- What upstream's groups have always had: everything may leave, and the members of a default group reach each other.
INSERT INTO default_security_group_rules
  (id, direction, ethertype, remote_group_id, description, used_in_default_sg, used_in_non_default_sg)
VALUES
  ('5b0ce1d5-6c0e-4f7a-9c0e-000000000001', 'egress', 'IPv4', NULL, 'Legacy default SG rule for egress traffic', 1, 1),
  ('5b0ce1d5-6c0e-4f7a-9c0e-000000000002', 'egress', 'IPv6', NULL, 'Legacy default SG rule for egress traffic', 1, 1),
  ('5b0ce1d5-6c0e-4f7a-9c0e-000000000003', 'ingress', 'IPv4', 'PARENT', 'Legacy default SG rule for ingress traffic',
   1, 0),
  ('5b0ce1d5-6c0e-4f7a-9c0e-000000000004', 'ingress', 'IPv6', 'PARENT', 'Legacy default SG rule for ingress traffic',
   1, 0);
