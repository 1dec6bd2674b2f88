-- Images in all their states, shared with projects, and the tasks that import them. The tables are made anew because of
-- the status's constraint; those of the same name keep what they had.

CREATE TABLE new_images (
  id               TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  name             TEXT CHECK (length(name) <= 255),
  owner            TEXT NOT NULL,
  status           TEXT NOT NULL CHECK (status IN
                     ('queued', 'saving', 'uploading', 'importing', 'active', 'deactivated', 'killed')),
  visibility       TEXT NOT NULL CHECK (visibility IN ('public', 'community', 'shared', 'private')),
  container_format TEXT,
  disk_format      TEXT,
  min_disk         INTEGER NOT NULL DEFAULT 0 CHECK (min_disk >= 0), -- GiB
  min_ram          INTEGER NOT NULL DEFAULT 0 CHECK (min_ram >= 0),  -- MiB
  protected        INTEGER NOT NULL DEFAULT 0 CHECK (protected IN (0, 1)),
  os_hidden        INTEGER NOT NULL DEFAULT 0 CHECK (os_hidden IN (0, 1)),
  -- What is staged for an import, in bytes; the file images/ID.stage.
  staged_size      INTEGER CHECK (staged_size >= 0),
  -- What is known once the data is there.
  size             INTEGER CHECK (size >= 0),                -- bytes
  virtual_size     INTEGER CHECK (virtual_size >= 0),        -- bytes, what a guest sees
  checksum         TEXT CHECK (length(checksum) = 32),       -- MD5, as clients expect it
  os_hash_value    TEXT CHECK (length(os_hash_value) = 128), -- SHA-512
  created_at       TEXT NOT NULL,
  updated_at       TEXT NOT NULL,
  CHECK (status NOT IN ('active', 'deactivated')
         OR (size IS NOT NULL AND checksum IS NOT NULL AND os_hash_value IS NOT NULL))
) STRICT;

INSERT INTO new_images (id, name, owner, status, visibility, container_format, disk_format, min_disk, min_ram, protected,
  os_hidden, size, checksum, os_hash_value, created_at, updated_at)
SELECT id, name, owner, status, visibility, container_format, disk_format, min_disk, min_ram, protected,
  os_hidden, size, checksum, os_hash_value, created_at, updated_at FROM images;

CREATE TABLE new_image_properties (
  image_id TEXT NOT NULL REFERENCES new_images (id) ON DELETE CASCADE,
  name     TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
  value    TEXT NOT NULL,
  PRIMARY KEY (image_id, name)
) STRICT;

INSERT INTO new_image_properties (image_id, name, value) SELECT image_id, name, value FROM image_properties;

CREATE TABLE new_image_tags (
  image_id TEXT NOT NULL REFERENCES new_images (id) ON DELETE CASCADE,
  tag      TEXT NOT NULL CHECK (length(tag) BETWEEN 1 AND 255),
  PRIMARY KEY (image_id, tag)
) STRICT;

INSERT INTO new_image_tags (image_id, tag) SELECT image_id, tag FROM image_tags;

DROP TABLE image_properties;
DROP TABLE image_tags;
DROP TABLE images;
ALTER TABLE new_images RENAME TO images;
ALTER TABLE new_image_properties RENAME TO image_properties;
ALTER TABLE new_image_tags RENAME TO image_tags;

CREATE INDEX images_created ON images (created_at);
CREATE INDEX images_owner ON images (owner);

-- The projects that shared images are shared with.
CREATE TABLE image_members (
  image_id   TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  member_id  TEXT NOT NULL CHECK (length(member_id) BETWEEN 1 AND 255),
  status     TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'accepted', 'rejected')),
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (image_id, member_id)
) STRICT;

CREATE INDEX image_members_member ON image_members (member_id);

-- Imports: the pending and interrupted ones are what there is to do.
CREATE TABLE image_tasks (
  id         TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  image_id   TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  status     TEXT NOT NULL CHECK (status IN ('pending', 'processing', 'success', 'failure')),
  owner      TEXT NOT NULL,
  user_id    TEXT NOT NULL,
  request_id TEXT NOT NULL,
  input      TEXT NOT NULL CHECK (input LIKE '{%'), -- JSON
  message    TEXT NOT NULL DEFAULT '',
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE INDEX image_tasks_image ON image_tasks (image_id);
CREATE INDEX image_tasks_created ON image_tasks (created_at);
-- An image is imported once at a time.
CREATE UNIQUE INDEX image_tasks_unfinished ON image_tasks (image_id) WHERE status IN ('pending', 'processing');
