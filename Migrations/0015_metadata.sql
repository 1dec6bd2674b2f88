-- Key pairs, and what instances keep so that the metadata service and their config drives can tell them who they are.

CREATE TABLE keypairs (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id     TEXT NOT NULL,
  name        TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
  type        TEXT NOT NULL CHECK (type IN ('ssh')),
  public_key  TEXT NOT NULL CHECK (length(public_key) BETWEEN 1 AND 16384),
  fingerprint TEXT NOT NULL,
  created_at  TEXT NOT NULL,
  UNIQUE (user_id, name)
) STRICT;

-- The key pair as it was when the instance was created; no foreign key, since the pair may go.
ALTER TABLE instances ADD COLUMN key_name TEXT;
ALTER TABLE instances ADD COLUMN key_type TEXT;
ALTER TABLE instances ADD COLUMN public_key TEXT;

-- JSON: the ids of the groups that the ports made for the instance get; an empty list leaves them to the Networking
-- service, which gives the project's group named default.
ALTER TABLE instances ADD COLUMN security_group_ids TEXT NOT NULL DEFAULT '[]'
  CHECK (substr(security_group_ids, 1, 1) = '[');

-- What the guest has posted to /openstack/latest/password, encrypted with its public key: at most 1020 bytes.
ALTER TABLE instances ADD COLUMN guest_password TEXT CHECK (length(guest_password) <= 1020);
