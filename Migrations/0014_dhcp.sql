-- Which DHCP agents serve which networks: upstream's table of the same purpose is networkdhcpagentbindings.

CREATE TABLE network_dhcp_agent_bindings (
  id         INTEGER PRIMARY KEY,
  network_id TEXT NOT NULL REFERENCES networks (id) ON DELETE CASCADE,
  agent_id   TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
  created_at TEXT NOT NULL,
  UNIQUE (network_id, agent_id)
) STRICT;

CREATE INDEX network_dhcp_agent_bindings_agent ON network_dhcp_agent_bindings (agent_id);
