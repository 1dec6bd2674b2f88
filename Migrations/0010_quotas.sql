-- How many resources a project may have, and how many it has.

-- Limits that an administrator has set for a project; without a row the configured default holds. -1 is no limit.
CREATE TABLE quotas (
  project_id TEXT NOT NULL,
  resource   TEXT NOT NULL CHECK (resource IN ('network', 'subnet', 'subnetpool', 'port', 'router', 'floatingip',
                                               'rbac_policy', 'security_group', 'security_group_rule')),
  max_count  INTEGER NOT NULL CHECK (max_count BETWEEN -1 AND 2147483647),
  PRIMARY KEY (project_id, resource)
) STRICT;

-- Rows of a project by kind, kept by triggers, so that whoever adds or removes a row cannot forget to count, and nobody
-- has to count them. A table that a later migration makes anew needs its three triggers again.
CREATE TABLE quota_usages (
  project_id TEXT NOT NULL,
  resource   TEXT NOT NULL,
  in_use     INTEGER NOT NULL CHECK (in_use >= 0),
  PRIMARY KEY (project_id, resource)
) STRICT;

INSERT INTO quota_usages (project_id, resource, in_use)
SELECT project_id, 'network', count(*) FROM networks GROUP BY project_id;

CREATE TRIGGER networks_quota_insert AFTER INSERT ON networks BEGIN
  INSERT INTO quota_usages (project_id, resource, in_use) VALUES (NEW.project_id, 'network', 1)
  ON CONFLICT (project_id, resource) DO UPDATE SET in_use = in_use + 1;
END;

CREATE TRIGGER networks_quota_delete AFTER DELETE ON networks BEGIN
  UPDATE quota_usages SET in_use = in_use - 1 WHERE project_id = OLD.project_id AND resource = 'network';
END;

CREATE TRIGGER networks_quota_project AFTER UPDATE OF project_id ON networks WHEN NEW.project_id <> OLD.project_id BEGIN
  UPDATE quota_usages SET in_use = in_use - 1 WHERE project_id = OLD.project_id AND resource = 'network';
  INSERT INTO quota_usages (project_id, resource, in_use) VALUES (NEW.project_id, 'network', 1)
  ON CONFLICT (project_id, resource) DO UPDATE SET in_use = in_use + 1;
END;

INSERT INTO quota_usages (project_id, resource, in_use)
SELECT project_id, 'subnet', count(*) FROM subnets GROUP BY project_id;

CREATE TRIGGER subnets_quota_insert AFTER INSERT ON subnets BEGIN
  INSERT INTO quota_usages (project_id, resource, in_use) VALUES (NEW.project_id, 'subnet', 1)
  ON CONFLICT (project_id, resource) DO UPDATE SET in_use = in_use + 1;
END;

CREATE TRIGGER subnets_quota_delete AFTER DELETE ON subnets BEGIN
  UPDATE quota_usages SET in_use = in_use - 1 WHERE project_id = OLD.project_id AND resource = 'subnet';
END;

CREATE TRIGGER subnets_quota_project AFTER UPDATE OF project_id ON subnets WHEN NEW.project_id <> OLD.project_id BEGIN
  UPDATE quota_usages SET in_use = in_use - 1 WHERE project_id = OLD.project_id AND resource = 'subnet';
  INSERT INTO quota_usages (project_id, resource, in_use) VALUES (NEW.project_id, 'subnet', 1)
  ON CONFLICT (project_id, resource) DO UPDATE SET in_use = in_use + 1;
END;

INSERT INTO quota_usages (project_id, resource, in_use)
SELECT project_id, 'port', count(*) FROM ports GROUP BY project_id;

CREATE TRIGGER ports_quota_insert AFTER INSERT ON ports BEGIN
  INSERT INTO quota_usages (project_id, resource, in_use) VALUES (NEW.project_id, 'port', 1)
  ON CONFLICT (project_id, resource) DO UPDATE SET in_use = in_use + 1;
END;

CREATE TRIGGER ports_quota_delete AFTER DELETE ON ports BEGIN
  UPDATE quota_usages SET in_use = in_use - 1 WHERE project_id = OLD.project_id AND resource = 'port';
END;

CREATE TRIGGER ports_quota_project AFTER UPDATE OF project_id ON ports WHEN NEW.project_id <> OLD.project_id BEGIN
  UPDATE quota_usages SET in_use = in_use - 1 WHERE project_id = OLD.project_id AND resource = 'port';
  INSERT INTO quota_usages (project_id, resource, in_use) VALUES (NEW.project_id, 'port', 1)
  ON CONFLICT (project_id, resource) DO UPDATE SET in_use = in_use + 1;
END;


INSERT INTO quota_usages (project_id, resource, in_use)
SELECT project_id, 'security_group', count(*) FROM security_groups GROUP BY project_id;

CREATE TRIGGER security_groups_quota_insert AFTER INSERT ON security_groups BEGIN
  INSERT INTO quota_usages (project_id, resource, in_use) VALUES (NEW.project_id, 'security_group', 1)
  ON CONFLICT (project_id, resource) DO UPDATE SET in_use = in_use + 1;
END;

CREATE TRIGGER security_groups_quota_delete AFTER DELETE ON security_groups BEGIN
  UPDATE quota_usages SET in_use = in_use - 1 WHERE project_id = OLD.project_id AND resource = 'security_group';
END;

CREATE TRIGGER security_groups_quota_project AFTER UPDATE OF project_id ON security_groups WHEN NEW.project_id <> OLD.project_id BEGIN
  UPDATE quota_usages SET in_use = in_use - 1 WHERE project_id = OLD.project_id AND resource = 'security_group';
  INSERT INTO quota_usages (project_id, resource, in_use) VALUES (NEW.project_id, 'security_group', 1)
  ON CONFLICT (project_id, resource) DO UPDATE SET in_use = in_use + 1;
END;

INSERT INTO quota_usages (project_id, resource, in_use)
SELECT project_id, 'security_group_rule', count(*) FROM security_group_rules GROUP BY project_id;

CREATE TRIGGER security_group_rules_quota_insert AFTER INSERT ON security_group_rules BEGIN
  INSERT INTO quota_usages (project_id, resource, in_use) VALUES (NEW.project_id, 'security_group_rule', 1)
  ON CONFLICT (project_id, resource) DO UPDATE SET in_use = in_use + 1;
END;

CREATE TRIGGER security_group_rules_quota_delete AFTER DELETE ON security_group_rules BEGIN
  UPDATE quota_usages SET in_use = in_use - 1 WHERE project_id = OLD.project_id AND resource = 'security_group_rule';
END;

CREATE TRIGGER security_group_rules_quota_project AFTER UPDATE OF project_id ON security_group_rules WHEN NEW.project_id <> OLD.project_id BEGIN
  UPDATE quota_usages SET in_use = in_use - 1 WHERE project_id = OLD.project_id AND resource = 'security_group_rule';
  INSERT INTO quota_usages (project_id, resource, in_use) VALUES (NEW.project_id, 'security_group_rule', 1)
  ON CONFLICT (project_id, resource) DO UPDATE SET in_use = in_use + 1;
END;

INSERT INTO quota_usages (project_id, resource, in_use)
SELECT project_id, 'rbac_policy', count(*) FROM network_rbac GROUP BY project_id;

CREATE TRIGGER network_rbac_quota_insert AFTER INSERT ON network_rbac BEGIN
  INSERT INTO quota_usages (project_id, resource, in_use) VALUES (NEW.project_id, 'rbac_policy', 1)
  ON CONFLICT (project_id, resource) DO UPDATE SET in_use = in_use + 1;
END;

CREATE TRIGGER network_rbac_quota_delete AFTER DELETE ON network_rbac BEGIN
  UPDATE quota_usages SET in_use = in_use - 1 WHERE project_id = OLD.project_id AND resource = 'rbac_policy';
END;

CREATE TRIGGER network_rbac_quota_project AFTER UPDATE OF project_id ON network_rbac WHEN NEW.project_id <> OLD.project_id BEGIN
  UPDATE quota_usages SET in_use = in_use - 1 WHERE project_id = OLD.project_id AND resource = 'rbac_policy';
  INSERT INTO quota_usages (project_id, resource, in_use) VALUES (NEW.project_id, 'rbac_policy', 1)
  ON CONFLICT (project_id, resource) DO UPDATE SET in_use = in_use + 1;
END;
