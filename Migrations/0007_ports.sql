-- What a port shows and is always written with stands in its own row, so that a list of ports visits no further table:
-- JSON arrays as the API shows them.

-- Addresses besides its own that a port may send from: objects with mac_address and ip_address, as the client wrote them.
ALTER TABLE ports ADD COLUMN allowed_address_pairs TEXT NOT NULL DEFAULT '[]';
-- Objects with opt_name, opt_value and ip_version; a name stands there once for each version.
ALTER TABLE ports ADD COLUMN extra_dhcp_opts TEXT NOT NULL DEFAULT '[]';
-- The ids of the port's groups. The rows of port_security_groups say the same and are what groups are looked up by.
ALTER TABLE ports ADD COLUMN security_groups TEXT NOT NULL DEFAULT '[]';

-- Clients look ports up by name, and Nova asks for the DHCP ports of a network at every boot. These are whole indexes: a
-- partial one is not used for a value that is an argument.
CREATE INDEX ports_name ON ports (name);
CREATE INDEX ports_owner ON ports (network_id, device_owner);
