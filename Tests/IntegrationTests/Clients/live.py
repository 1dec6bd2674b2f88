"""A running guest moves from one host to the other, and nobody on its network notices more than a pause."""

import os
import subprocess
import time

from cloud import HOST, command
from guests import GuestTest, until

OTHER = "compute2"


class LiveMigration(GuestTest):
    def test_there_and_back(self):
        self.net, _ = self.make_network()
        self.let_pings_in()
        self.boot(host=HOST)
        self.booted(1)
        address = self.address()
        self.reaches(address)
        boots = self.console().count("PLUGBOARD GUEST UP")
        for host in (OTHER, HOST):
            self.compute.live_migrate_server(self.server, host=host, block_migration="auto")
            self.arrived(host)
            self.reaches(address)
            ports = list(self.network.ports(device_id=self.server))
            self.assertEqual([(port.binding_host_id, port.status) for port in ports], [(host, "ACTIVE")])
        # It never started anew: what its console has said since is nothing of a boot.
        self.assertEqual(self.console().count("PLUGBOARD GUEST UP"), 0)
        self.assertEqual(boots, 1)
        moves = [(each.migration_type, each.status) for each in self.compute.migrations(instance_uuid=self.server)]
        self.assertEqual(moves, [("live-migration", "completed")] * 2)
        command("server", "reboot", "--hard", "--wait", self.server)
        self.booted(2)
        self.reaches(address)
        command("server", "delete", "--wait", self.server)

    def arrived(self, host):
        server = self.state("ACTIVE")
        until(f"the guest is on {host}", lambda: self.compute.get_server(self.server).compute_host == host, 5)
        return server
