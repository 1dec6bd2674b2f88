-- What the actions and the later microversions of the Compute API need to know of an instance.

-- Who has locked the instance: an administrator's lock only administrators undo.
ALTER TABLE instances ADD COLUMN locked_by TEXT CHECK (locked_by IN ('owner', 'admin'));
ALTER TABLE instances ADD COLUMN locked_reason TEXT CHECK (length(locked_reason) <= 255);

-- The addresses that the owner says the instance is reached at; nothing else looks at them.
ALTER TABLE instances ADD COLUMN access_ip_v4 TEXT;
ALTER TABLE instances ADD COLUMN access_ip_v6 TEXT;
ALTER TABLE instances ADD COLUMN disk_config TEXT NOT NULL DEFAULT 'MANUAL' CHECK (disk_config IN ('AUTO', 'MANUAL'));
ALTER TABLE instances ADD COLUMN root_device_name TEXT;

-- The rest of the request: the hints that the placement follows, and the blank disks if they were not left to the flavor.
ALTER TABLE instances ADD COLUMN scheduler_hints TEXT NOT NULL DEFAULT '{}' CHECK (substr(scheduler_hints, 1, 1) = '{');
ALTER TABLE instances ADD COLUMN requested_ephemeral_gb INTEGER CHECK (requested_ephemeral_gb >= 0);
ALTER TABLE instances ADD COLUMN requested_swap_mb INTEGER CHECK (requested_swap_mb >= 0);
