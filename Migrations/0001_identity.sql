-- The Identity service: who may do what in which project.
--
-- Ids are Keystone's 32 hexadecimal digits, times UTC text with microseconds, booleans 0 or 1. There is one domain,
-- `default`.

CREATE TABLE projects (
  id          TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 32),
  domain_id   TEXT NOT NULL DEFAULT 'default' CHECK (domain_id = 'default'),
  name        TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
  description TEXT NOT NULL DEFAULT '',
  enabled     INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  created_at  TEXT NOT NULL,
  UNIQUE (domain_id, name)
) STRICT;

CREATE TABLE users (
  id                 TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 32),
  domain_id          TEXT NOT NULL DEFAULT 'default' CHECK (domain_id = 'default'),
  name               TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
  -- `$scrypt$ln=14,r=8,p=5$salt$key`, salt and key in base64: the form of Keystone's own column. Never the password.
  password_hash      TEXT NOT NULL CHECK (password_hash LIKE '$scrypt$%'),
  default_project_id TEXT REFERENCES projects (id) ON DELETE SET NULL,
  enabled            INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  created_at         TEXT NOT NULL,
  -- Tokens that were issued before this time are refused: it moves when the password changes.
  tokens_valid_from  TEXT NOT NULL,
  UNIQUE (domain_id, name)
) STRICT;

CREATE TABLE roles (
  id   TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 32),
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE role_assignments (
  user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  role_id    TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  PRIMARY KEY (user_id, project_id, role_id)
) STRICT;

CREATE INDEX role_assignments_project ON role_assignments (project_id);

-- Tokens are not stored; only those that were revoked before their time are, until they would have expired.
CREATE TABLE revoked_tokens (
  audit_id   TEXT PRIMARY KEY NOT NULL,
  expires_at TEXT NOT NULL,
  revoked_at TEXT NOT NULL
) STRICT;

CREATE INDEX revoked_tokens_expiry ON revoked_tokens (expires_at);
