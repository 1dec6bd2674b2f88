-- Addresses of both families, what is free of them, and the pools that subnets are cut from.

-- A column's own CHECK goes with the column, so the table with its children, its indexes and its triggers stays.
ALTER TABLE subnets DROP COLUMN ip_version;
ALTER TABLE subnets ADD COLUMN ip_version INTEGER NOT NULL DEFAULT 4 CHECK (ip_version IN (4, 6));
ALTER TABLE subnets ADD COLUMN ipv6_ra_mode TEXT
  CHECK (ipv6_ra_mode IS NULL
         OR ip_version = 6 AND ipv6_ra_mode IN ('dhcpv6-stateful', 'dhcpv6-stateless', 'slaac'));
ALTER TABLE subnets ADD COLUMN ipv6_address_mode TEXT
  CHECK (ipv6_address_mode IS NULL
         OR ip_version = 6 AND ipv6_address_mode IN ('dhcpv6-stateful', 'dhcpv6-stateless', 'slaac'));
-- A JSON array of device owners; an empty one is for all.
ALTER TABLE subnets ADD COLUMN service_types TEXT NOT NULL DEFAULT '[]';
ALTER TABLE subnets ADD COLUMN subnetpool_id TEXT REFERENCES subnetpools (id);

CREATE INDEX subnets_subnetpool ON subnets (subnetpool_id, project_id) WHERE subnetpool_id IS NOT NULL;

-- What subnets are cut from, so that no two of them overlap.
CREATE TABLE subnetpools (
  id                TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  project_id        TEXT NOT NULL,
  name              TEXT NOT NULL,
  description       TEXT NOT NULL DEFAULT '',
  ip_version        INTEGER NOT NULL CHECK (ip_version IN (4, 6)),
  default_prefixlen INTEGER NOT NULL CHECK (default_prefixlen BETWEEN min_prefixlen AND max_prefixlen),
  min_prefixlen     INTEGER NOT NULL CHECK (min_prefixlen BETWEEN 0 AND max_prefixlen),
  max_prefixlen     INTEGER NOT NULL CHECK (max_prefixlen <= CASE ip_version WHEN 4 THEN 32 ELSE 128 END),
  shared            INTEGER NOT NULL DEFAULT 0 CHECK (shared IN (0, 1)),
  is_default        INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1)),
  -- Per project, in addresses of IPv4 or /64 prefixes of IPv6; NULL is no limit.
  default_quota     INTEGER CHECK (default_quota >= 0),
  tags              TEXT NOT NULL DEFAULT '[]',
  created_at        TEXT NOT NULL,
  updated_at        TEXT NOT NULL,
  revision_number   INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX subnetpools_project ON subnetpools (project_id);
CREATE INDEX subnetpools_tagged ON subnetpools (id) WHERE tags <> '[]';
CREATE UNIQUE INDEX subnetpools_default ON subnetpools (ip_version) WHERE is_default = 1;

-- The prefixes of a pool and, with is_free = 1, those parts of them that no subnet has: the largest that there are, so
-- that two halves of a prefix are never both free. base is the first address in hexadecimal digits, which sort as the
-- addresses do.
CREATE TABLE subnetpool_prefixes (
  id            INTEGER PRIMARY KEY,
  subnetpool_id TEXT NOT NULL REFERENCES subnetpools (id) ON DELETE CASCADE,
  is_free       INTEGER NOT NULL CHECK (is_free IN (0, 1)),
  cidr          TEXT NOT NULL,
  prefixlen     INTEGER NOT NULL CHECK (prefixlen BETWEEN 0 AND 128),
  base          TEXT NOT NULL CHECK (length(base) IN (8, 32)),
  UNIQUE (subnetpool_id, is_free, base)
) STRICT;

CREATE INDEX subnetpool_prefixes_free ON subnetpool_prefixes (subnetpool_id, prefixlen, base) WHERE is_free = 1;

-- An address as two numbers that sort as the addresses do, since no column holds 128 bits: IPv4 is (0, address), IPv6
-- the two halves of 64 bits, each less 2^63. The text is for the reader.

CREATE TEMP TABLE ip_allocation_pools_before AS SELECT * FROM ip_allocation_pools;
DROP TABLE ip_allocation_pools;

-- What a subnet hands out when a port asks for no address in particular; both ends included.
CREATE TABLE ip_allocation_pools (
  id           INTEGER PRIMARY KEY,
  subnet_id    TEXT NOT NULL REFERENCES subnets (id) ON DELETE CASCADE,
  first_ip     TEXT NOT NULL,
  last_ip      TEXT NOT NULL,
  first_high   INTEGER NOT NULL,
  first_number INTEGER NOT NULL,
  last_high    INTEGER NOT NULL,
  last_number  INTEGER NOT NULL,
  CHECK ((first_high, first_number) <= (last_high, last_number))
) STRICT;

CREATE INDEX ip_allocation_pools_subnet ON ip_allocation_pools (subnet_id);

INSERT INTO ip_allocation_pools
SELECT id, subnet_id, first_ip, last_ip,
  0, (first ->> 0) * 16777216 + (first ->> 1) * 65536 + (first ->> 2) * 256 + (first ->> 3),
  0, (last ->> 0) * 16777216 + (last ->> 1) * 65536 + (last ->> 2) * 256 + (last ->> 3)
FROM (
  SELECT *, '[' || replace(first_ip, '.', ',') || ']' AS first, '[' || replace(last_ip, '.', ',') || ']' AS last
  FROM ip_allocation_pools_before
);

DROP TABLE ip_allocation_pools_before;

CREATE TEMP TABLE ip_allocations_before AS SELECT * FROM ip_allocations;
DROP TABLE ip_allocations;

CREATE TABLE ip_allocations (
  id         INTEGER PRIMARY KEY,
  port_id    TEXT NOT NULL REFERENCES ports (id) ON DELETE CASCADE,
  subnet_id  TEXT NOT NULL REFERENCES subnets (id),
  ip_address TEXT NOT NULL,
  ip_high    INTEGER NOT NULL,
  ip_number  INTEGER NOT NULL,
  UNIQUE (subnet_id, ip_high, ip_number)
) STRICT;

CREATE INDEX ip_allocations_port ON ip_allocations (port_id);
CREATE INDEX ip_allocations_address ON ip_allocations (ip_address);

INSERT INTO ip_allocations SELECT id, port_id, subnet_id, ip_address, 0, ip_number FROM ip_allocations_before;

DROP TABLE ip_allocations_before;

-- The addresses of the pools that no port has, in ranges; triggers keep them true, whoever adds or removes an allocation,
-- and join what becomes free with its neighbours. An address is found here in a few steps however many are taken, and a
-- full subnet by having no row. Of a pool with more than 2^64 addresses only the first two halves of 64 bits are here:
-- enough.
CREATE TABLE ip_free_ranges (
  id           INTEGER PRIMARY KEY,
  subnet_id    TEXT NOT NULL REFERENCES subnets (id) ON DELETE CASCADE,
  ip_high      INTEGER NOT NULL,
  first_number INTEGER NOT NULL,
  last_number  INTEGER NOT NULL,
  CHECK (first_number <= last_number),
  UNIQUE (subnet_id, ip_high, first_number)
) STRICT;

-- The gap before the first allocation in each pool, and the gap behind each allocation.
WITH taken AS (
  SELECT pools.id AS pool_id, ip_number, lead(ip_number) OVER (PARTITION BY pools.id ORDER BY ip_number) AS next
  FROM ip_allocation_pools AS pools JOIN ip_allocations USING (subnet_id)
  WHERE ip_number BETWEEN first_number AND last_number
),
gaps AS (
  SELECT subnet_id, first_number,
    coalesce((SELECT min(ip_number) - 1 FROM taken WHERE pool_id = pools.id), last_number) AS last_number
  FROM ip_allocation_pools AS pools
  UNION ALL
  SELECT subnet_id, ip_number + 1, coalesce(next - 1, last_number)
  FROM taken JOIN ip_allocation_pools AS pools ON pools.id = pool_id
)
INSERT INTO ip_free_ranges (subnet_id, ip_high, first_number, last_number)
SELECT subnet_id, 0, first_number, last_number FROM gaps WHERE first_number <= last_number;

CREATE TRIGGER ip_allocations_taken AFTER INSERT ON ip_allocations BEGIN
  -- What is left above the address.
  INSERT INTO ip_free_ranges (subnet_id, ip_high, first_number, last_number)
  SELECT NEW.subnet_id, NEW.ip_high, NEW.ip_number + 1, last_number FROM ip_free_ranges
  WHERE subnet_id = NEW.subnet_id AND ip_high = NEW.ip_high AND last_number > NEW.ip_number
    AND first_number = (
      SELECT max(first_number) FROM ip_free_ranges
      WHERE subnet_id = NEW.subnet_id AND ip_high = NEW.ip_high AND first_number <= NEW.ip_number);
  -- And below it.
  UPDATE ip_free_ranges SET last_number = NEW.ip_number - 1
  WHERE subnet_id = NEW.subnet_id AND ip_high = NEW.ip_high AND last_number >= NEW.ip_number
    AND first_number = (
      SELECT max(first_number) FROM ip_free_ranges
      WHERE subnet_id = NEW.subnet_id AND ip_high = NEW.ip_high AND first_number < NEW.ip_number);
  DELETE FROM ip_free_ranges
  WHERE subnet_id = NEW.subnet_id AND ip_high = NEW.ip_high AND first_number = NEW.ip_number;
END;

CREATE TRIGGER ip_allocations_released AFTER DELETE ON ip_allocations
WHEN EXISTS (
  SELECT 1 FROM ip_allocation_pools
  WHERE subnet_id = OLD.subnet_id AND (first_high, first_number) <= (OLD.ip_high, OLD.ip_number)
    AND (last_high, last_number) >= (OLD.ip_high, OLD.ip_number))
BEGIN
  -- As a range of its own, which then joins its neighbours above and below.
  INSERT INTO ip_free_ranges (subnet_id, ip_high, first_number, last_number)
  VALUES (OLD.subnet_id, OLD.ip_high, OLD.ip_number, OLD.ip_number);
  UPDATE ip_free_ranges SET last_number = (
    SELECT above.last_number FROM ip_free_ranges AS above
    WHERE above.subnet_id = OLD.subnet_id AND above.ip_high = OLD.ip_high AND above.first_number = OLD.ip_number + 1)
  WHERE subnet_id = OLD.subnet_id AND ip_high = OLD.ip_high AND first_number = OLD.ip_number AND EXISTS (
    SELECT 1 FROM ip_free_ranges AS above
    WHERE above.subnet_id = OLD.subnet_id AND above.ip_high = OLD.ip_high AND above.first_number = OLD.ip_number + 1);
  DELETE FROM ip_free_ranges
  WHERE subnet_id = OLD.subnet_id AND ip_high = OLD.ip_high AND first_number = OLD.ip_number + 1;
  UPDATE ip_free_ranges SET last_number = (
    SELECT above.last_number FROM ip_free_ranges AS above
    WHERE above.subnet_id = OLD.subnet_id AND above.ip_high = OLD.ip_high AND above.first_number = OLD.ip_number)
  WHERE subnet_id = OLD.subnet_id AND ip_high = OLD.ip_high AND last_number = OLD.ip_number - 1
    AND first_number = (
      SELECT max(below.first_number) FROM ip_free_ranges AS below
      WHERE below.subnet_id = OLD.subnet_id AND below.ip_high = OLD.ip_high AND below.first_number < OLD.ip_number);
  DELETE FROM ip_free_ranges
  WHERE subnet_id = OLD.subnet_id AND ip_high = OLD.ip_high AND first_number = OLD.ip_number AND EXISTS (
    SELECT 1 FROM ip_free_ranges AS below
    WHERE below.subnet_id = OLD.subnet_id AND below.ip_high = OLD.ip_high AND below.last_number >= OLD.ip_number
      AND below.first_number = (
        SELECT max(first_number) FROM ip_free_ranges
        WHERE subnet_id = OLD.subnet_id AND ip_high = OLD.ip_high AND first_number < OLD.ip_number));
END;

-- The quota triggers of 0010_quotas.sql for the one table that it did not know.

CREATE TRIGGER subnetpools_quota_insert AFTER INSERT ON subnetpools BEGIN
  INSERT INTO quota_usages (project_id, resource, in_use) VALUES (NEW.project_id, 'subnetpool', 1)
  ON CONFLICT (project_id, resource) DO UPDATE SET in_use = in_use + 1;
END;

CREATE TRIGGER subnetpools_quota_delete AFTER DELETE ON subnetpools BEGIN
  UPDATE quota_usages SET in_use = in_use - 1 WHERE project_id = OLD.project_id AND resource = 'subnetpool';
END;
