-- Identity as clients expect it: domains, groups, implied roles, roles in a domain and in the system, application
-- credentials, and a catalog that an operator can add to.
--
-- `projects`, `users`, `roles` and `role_assignments` are rebuilt, since SQLite changes no CHECK in place. The migrator
-- has foreign keys off, so that dropping a table deletes nothing elsewhere, and checks all of them before its commit.
-- Ids are Keystone's 32 hexadecimal digits; the first domain's is the word `default`.

CREATE TABLE domains (
  id          TEXT PRIMARY KEY NOT NULL CHECK (id = 'default' OR length(id) = 32),
  name        TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 64),
  description TEXT NOT NULL DEFAULT '',
  enabled     INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  -- A JSON array of strings, sorted, as the API shows it.
  tags        TEXT NOT NULL DEFAULT '[]',
  created_at  TEXT NOT NULL
) STRICT;

INSERT INTO domains (id, name, description, created_at)
VALUES ('default', 'Default', 'The default domain', strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'));

CREATE TABLE new_projects (
  id          TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 32),
  domain_id   TEXT NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
  -- NULL for a project right below its domain.
  parent_id   TEXT REFERENCES projects (id),
  name        TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
  description TEXT NOT NULL DEFAULT '',
  enabled     INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  tags        TEXT NOT NULL DEFAULT '[]',
  -- A JSON object: the attributes that a client has made up, which Keystone keeps and shows.
  extra       TEXT NOT NULL DEFAULT '{}',
  created_at  TEXT NOT NULL,
  UNIQUE (domain_id, name)
) STRICT;

INSERT INTO new_projects (id, domain_id, name, description, enabled, created_at)
SELECT id, domain_id, name, description, enabled, created_at FROM projects;

CREATE TABLE new_users (
  id                 TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 32),
  domain_id          TEXT NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
  name               TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
  -- `$scrypt$ln=15,r=8,p=3$salt$key`, salt and key in base64. Never the password.
  password_hash      TEXT NOT NULL CHECK (password_hash LIKE '$scrypt$%'),
  default_project_id TEXT REFERENCES projects (id) ON DELETE SET NULL,
  enabled            INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  extra              TEXT NOT NULL DEFAULT '{}',
  created_at         TEXT NOT NULL,
  UNIQUE (domain_id, name)
) STRICT;

INSERT INTO new_users (id, domain_id, name, password_hash, default_project_id, enabled, created_at)
SELECT id, domain_id, name, password_hash, default_project_id, enabled, created_at FROM users;

CREATE TABLE new_roles (
  id          TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 32),
  name        TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 255),
  description TEXT
) STRICT;

INSERT INTO new_roles (id, name) SELECT id, name FROM roles;

-- Tokens that were issued before a time, and concern the subject, are void. A row may go when every such token has
-- expired.
CREATE TABLE token_cutoffs (
  -- `grant` is a user in one scope: its subject is the user's id, a slash, and the project's or domain's id or `system`.
  -- A role's subject is its name, since tokens carry names.
  kind          TEXT NOT NULL CHECK (kind IN ('user', 'project', 'domain', 'grant', 'role', 'credential')),
  subject       TEXT NOT NULL,
  issued_before TEXT NOT NULL,
  expires_at    TEXT NOT NULL,
  PRIMARY KEY (kind, subject)
) STRICT;

CREATE INDEX token_cutoffs_expiry ON token_cutoffs (expires_at);

-- The column that said the same for users. Nobody knows how long their tokens live; none lives for thirty days.
INSERT INTO token_cutoffs (kind, subject, issued_before, expires_at)
SELECT 'user', id, tokens_valid_from, strftime('%Y-%m-%dT%H:%M:%f000Z', tokens_valid_from, '+30 days') FROM users;

CREATE TABLE user_groups (
  id          TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 32),
  domain_id   TEXT NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
  name        TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
  description TEXT NOT NULL DEFAULT '',
  created_at  TEXT NOT NULL,
  UNIQUE (domain_id, name)
) STRICT;

CREATE TABLE user_group_membership (
  user_id  TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  group_id TEXT NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
  PRIMARY KEY (user_id, group_id)
) STRICT;

CREATE INDEX user_group_membership_group ON user_group_membership (group_id);

-- Who has the first role has the second one too.
CREATE TABLE implied_roles (
  prior_role_id   TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  implied_role_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  PRIMARY KEY (prior_role_id, implied_role_id)
) STRICT;

CREATE INDEX implied_roles_implied ON implied_roles (implied_role_id);

INSERT INTO implied_roles (prior_role_id, implied_role_id)
SELECT prior.id, implied.id FROM roles AS prior JOIN roles AS implied
WHERE (prior.name = 'admin' AND implied.name = 'member') OR (prior.name = 'member' AND implied.name = 'reader');

CREATE TABLE new_role_assignments (
  id         INTEGER PRIMARY KEY,
  user_id    TEXT REFERENCES users (id) ON DELETE CASCADE,
  group_id   TEXT REFERENCES user_groups (id) ON DELETE CASCADE,
  -- Neither a project nor a domain: the whole system.
  project_id TEXT REFERENCES projects (id) ON DELETE CASCADE,
  domain_id  TEXT REFERENCES domains (id) ON DELETE CASCADE,
  role_id    TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  CHECK ((user_id IS NULL) <> (group_id IS NULL)),
  CHECK (project_id IS NULL OR domain_id IS NULL)
) STRICT;

INSERT INTO new_role_assignments (user_id, project_id, role_id)
SELECT user_id, project_id, role_id FROM role_assignments ORDER BY user_id, project_id, role_id;

-- Who administers the project `admin` since before there were roles in the system administers the system.
INSERT INTO new_role_assignments (user_id, role_id)
SELECT role_assignments.user_id, role_assignments.role_id FROM role_assignments
JOIN projects ON projects.id = role_assignments.project_id JOIN roles ON roles.id = role_assignments.role_id
WHERE projects.name = 'admin' AND roles.name = 'admin';

DROP TABLE role_assignments;
DROP TABLE users;
DROP TABLE projects;
DROP TABLE roles;
ALTER TABLE new_projects RENAME TO projects;
ALTER TABLE new_users RENAME TO users;
ALTER TABLE new_roles RENAME TO roles;
ALTER TABLE new_role_assignments RENAME TO role_assignments;

CREATE INDEX projects_name ON projects (name, id);
CREATE INDEX projects_parent ON projects (parent_id);
CREATE INDEX users_name ON users (name, id);
CREATE INDEX users_default_project ON users (default_project_id);
CREATE INDEX user_groups_name ON user_groups (name, id);
CREATE UNIQUE INDEX role_assignments_once
  ON role_assignments (coalesce(user_id, group_id), coalesce(project_id, domain_id, 'system'), role_id);
CREATE INDEX role_assignments_user ON role_assignments (user_id);
CREATE INDEX role_assignments_group ON role_assignments (group_id);
CREATE INDEX role_assignments_project ON role_assignments (project_id);
CREATE INDEX role_assignments_domain ON role_assignments (domain_id);
CREATE INDEX role_assignments_role ON role_assignments (role_id);

-- What lets a program log in as a user, in one project, with some of the user's roles there.
CREATE TABLE application_credentials (
  id           TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 32),
  user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  project_id   TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  name         TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
  description  TEXT,
  secret_hash  TEXT NOT NULL CHECK (secret_hash LIKE '$scrypt$%'),
  -- NULL for one that does not end.
  expires_at   TEXT,
  -- Whether it may be used to make and delete others.
  unrestricted INTEGER NOT NULL DEFAULT 0 CHECK (unrestricted IN (0, 1)),
  created_at   TEXT NOT NULL,
  UNIQUE (user_id, name)
) STRICT;

CREATE INDEX application_credentials_project ON application_credentials (project_id);

CREATE TABLE application_credential_roles (
  application_credential_id TEXT NOT NULL REFERENCES application_credentials (id) ON DELETE CASCADE,
  role_id                   TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  PRIMARY KEY (application_credential_id, role_id)
) STRICT;

CREATE INDEX application_credential_roles_role ON application_credential_roles (role_id);

-- The part of the catalog that an operator has added. What the server itself serves needs no row.
CREATE TABLE regions (
  id               TEXT PRIMARY KEY NOT NULL CHECK (length(id) BETWEEN 1 AND 255),
  description      TEXT NOT NULL DEFAULT '',
  parent_region_id TEXT
) STRICT;

CREATE TABLE services (
  id          TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 32),
  type        TEXT NOT NULL CHECK (length(type) BETWEEN 1 AND 255),
  name        TEXT NOT NULL DEFAULT '',
  description TEXT NOT NULL DEFAULT '',
  enabled     INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1))
) STRICT;

CREATE TABLE endpoints (
  id         TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 32),
  service_id TEXT NOT NULL REFERENCES services (id) ON DELETE CASCADE,
  interface  TEXT NOT NULL CHECK (interface IN ('public', 'internal', 'admin')),
  -- No foreign key: the server's own region has no row.
  region_id  TEXT,
  -- `$(project_id)s` and the like stand for what the token says.
  url        TEXT NOT NULL CHECK (length(url) BETWEEN 1 AND 2048),
  enabled    INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1))
) STRICT;

CREATE INDEX endpoints_service ON endpoints (service_id);
CREATE INDEX endpoints_region ON endpoints (region_id);
