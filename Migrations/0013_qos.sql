-- Quality of service: policies, their rules, and who has one.

CREATE TABLE qos_policies (
  id              TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  project_id      TEXT NOT NULL,
  name            TEXT NOT NULL DEFAULT '',
  description     TEXT NOT NULL DEFAULT '',
  -- Every project may use it.
  shared          INTEGER NOT NULL DEFAULT 0 CHECK (shared IN (0, 1)),
  -- The project's new networks get it.
  is_default      INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1)),
  tags            TEXT NOT NULL DEFAULT '[]',
  created_at      TEXT NOT NULL,
  updated_at      TEXT NOT NULL,
  revision_number INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX qos_policies_project ON qos_policies (project_id);
CREATE INDEX qos_policies_tagged ON qos_policies (id) WHERE tags <> '[]';
CREATE UNIQUE INDEX qos_policies_default ON qos_policies (project_id) WHERE is_default = 1;

-- One rule a policy and direction, which is seen from the guest: egress is what it sends.
CREATE TABLE qos_bandwidth_limit_rules (
  id             TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  qos_policy_id  TEXT NOT NULL REFERENCES qos_policies (id) ON DELETE CASCADE,
  -- Thousands of bits a second, and thousands of bits; 0 is no limit, and the agent's choice.
  max_kbps       INTEGER NOT NULL CHECK (max_kbps BETWEEN 0 AND 2147483647),
  max_burst_kbps INTEGER NOT NULL DEFAULT 0 CHECK (max_burst_kbps BETWEEN 0 AND 2147483647),
  direction      TEXT NOT NULL DEFAULT 'egress' CHECK (direction IN ('ingress', 'egress')),
  UNIQUE (qos_policy_id, direction)
) STRICT;

-- A port's own policy comes before its network's. A policy that somebody has cannot be deleted.
ALTER TABLE networks ADD COLUMN qos_policy_id TEXT REFERENCES qos_policies (id);
ALTER TABLE ports ADD COLUMN qos_policy_id TEXT REFERENCES qos_policies (id);

CREATE INDEX networks_qos_policy ON networks (qos_policy_id) WHERE qos_policy_id IS NOT NULL;
CREATE INDEX ports_qos_policy ON ports (qos_policy_id) WHERE qos_policy_id IS NOT NULL;
