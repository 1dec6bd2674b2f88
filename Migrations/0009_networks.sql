-- Who may use a network besides its project, which segments are left to be given, and what else networks and agents have.

-- What a project, or everybody ('*'), may do with a network that is another's. `shared` of the API is nothing but such a
-- row, so there is no column that could say otherwise.
CREATE TABLE network_rbac (
  id             TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  -- Whose policy it is: this project may change it.
  project_id     TEXT NOT NULL,
  object_id      TEXT NOT NULL REFERENCES networks (id) ON DELETE CASCADE,
  target_project TEXT NOT NULL CHECK (target_project <> ''),
  action         TEXT NOT NULL CHECK (action IN ('access_as_shared', 'access_as_external')),
  -- Also how a project's list of networks finds those that are shared with it.
  UNIQUE (target_project, object_id, action)
) STRICT;

CREATE INDEX network_rbac_project ON network_rbac (project_id);
CREATE INDEX network_rbac_object ON network_rbac (object_id, action);

INSERT INTO network_rbac (id, project_id, object_id, target_project, action)
SELECT lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a'
    || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))), project_id, id, '*', 'access_as_shared'
FROM networks WHERE shared = 1;

INSERT INTO network_rbac (id, project_id, object_id, target_project, action)
SELECT lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a'
    || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))), project_id, id, '*', 'access_as_external'
FROM networks WHERE external = 1;

ALTER TABLE networks DROP COLUMN shared;
ALTER TABLE networks ADD COLUMN is_default INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1));
-- Names of availability zones, a JSON array.
ALTER TABLE networks ADD COLUMN availability_zone_hints TEXT NOT NULL DEFAULT '[]';

CREATE UNIQUE INDEX networks_default ON networks (is_default) WHERE is_default = 1;
CREATE INDEX networks_external ON networks (id) WHERE external = 1;

-- The configured ranges of VLANs and VNIs as they were when free_segments was filled: when the configuration says
-- something else, free_segments is filled anew. A VXLAN segment has no physical network, which is '' here.
CREATE TABLE segment_ranges (
  network_type     TEXT NOT NULL CHECK (network_type IN ('vlan', 'vxlan')),
  physical_network TEXT NOT NULL,
  first_id         INTEGER NOT NULL,
  last_id          INTEGER NOT NULL,
  PRIMARY KEY (network_type, physical_network, first_id),
  CHECK (first_id <= last_id)
) STRICT;

-- What of them no network has, in as few rows as possible: a free number is found, taken and given back by a handful of
-- look-ups, however many networks there are.
CREATE TABLE free_segments (
  network_type     TEXT NOT NULL CHECK (network_type IN ('vlan', 'vxlan')),
  physical_network TEXT NOT NULL,
  first_id         INTEGER NOT NULL,
  last_id          INTEGER NOT NULL,
  PRIMARY KEY (network_type, physical_network, first_id),
  CHECK (first_id <= last_id)
) STRICT;

-- Whether a project still has ports on a network, when the network is about to be taken from it.
DROP INDEX ports_project;
CREATE INDEX ports_project ON ports (project_id, network_id);

-- An administrator's remark.
ALTER TABLE agents ADD COLUMN description TEXT;
