-- Tags of the resources that have a row already: a JSON array of strings, sorted, as the API shows it. Filters look into
-- it; later resources have the column from the start.

ALTER TABLE networks ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE subnets ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE ports ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';

-- Who looks for tagged rows reads those that have tags, and no others.
CREATE INDEX networks_tagged ON networks (id) WHERE tags <> '[]';
CREATE INDEX subnets_tagged ON subnets (id) WHERE tags <> '[]';
CREATE INDEX ports_tagged ON ports (id) WHERE tags <> '[]';
