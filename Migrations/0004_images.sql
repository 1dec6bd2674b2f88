-- The Image service. The data lies in files under the state path's images/, named by the id.

CREATE TABLE images (
  id               TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  name             TEXT CHECK (length(name) <= 255),
  owner            TEXT NOT NULL,
  status           TEXT NOT NULL CHECK (status IN ('queued', 'saving', 'active')),
  visibility       TEXT NOT NULL CHECK (visibility IN ('public', 'community', 'shared', 'private')),
  container_format TEXT,
  disk_format      TEXT,
  min_disk         INTEGER NOT NULL DEFAULT 0 CHECK (min_disk >= 0), -- GiB
  min_ram          INTEGER NOT NULL DEFAULT 0 CHECK (min_ram >= 0),  -- MiB
  protected        INTEGER NOT NULL DEFAULT 0 CHECK (protected IN (0, 1)),
  os_hidden        INTEGER NOT NULL DEFAULT 0 CHECK (os_hidden IN (0, 1)),
  -- What is known once the data is there.
  size             INTEGER CHECK (size >= 0), -- bytes
  checksum         TEXT CHECK (length(checksum) = 32), -- MD5, as clients expect it
  os_hash_value    TEXT CHECK (length(os_hash_value) = 128), -- SHA-512
  created_at       TEXT NOT NULL,
  updated_at       TEXT NOT NULL,
  CHECK (status <> 'active' OR (size IS NOT NULL AND checksum IS NOT NULL AND os_hash_value IS NOT NULL))
) STRICT;

CREATE INDEX images_created ON images (created_at);

-- What an image says of itself beyond the columns above: kernel_id and ramdisk_id, hw_..., and whatever its owner likes.
CREATE TABLE image_properties (
  image_id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  name     TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
  value    TEXT NOT NULL,
  PRIMARY KEY (image_id, name)
) STRICT;

CREATE TABLE image_tags (
  image_id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  tag      TEXT NOT NULL CHECK (length(tag) BETWEEN 1 AND 255),
  PRIMARY KEY (image_id, tag)
) STRICT;
