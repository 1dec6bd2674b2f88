"""Servers that move between two hosts, with real guests."""

import os
import signal

from cloud import HOST, command
from guests import GuestTest, until

OTHER = "compute2"


class Moves(GuestTest):
    def setUp(self):
        self.net, _ = self.make_network()
        self.let_pings_in()

    def host(self):
        return self.compute.get_server(self.server).compute_host

    def binding(self):
        return next(self.network.ports(device_id=self.server)).binding_host_id

    def confirmed(self, *arguments):
        command("server", *arguments, self.server)
        self.state("VERIFY_RESIZE")

    def test_cold(self):
        """The disk goes along, the port is bound and plugged where the guest is, and a revert brings everything back."""
        self.boot(host=HOST)
        self.booted(1)
        address = self.address()
        self.confirmed("migrate")
        self.assertEqual((self.host(), self.binding()), (OTHER, OTHER))
        self.booted(2)
        self.reaches(address)
        command("server", "migration", "confirm", self.server)
        self.state("ACTIVE")
        self.confirmed("resize", "--flavor", "large")
        if self.host() == HOST:
            self.says("PLUGBOARD GUEST boot 3 of vda 2097152 sectors")
            self.reaches(address)
        command("server", "resize", "revert", self.server)
        server = self.state("ACTIVE")
        self.assertEqual((server.compute_host, server.flavor.name, self.binding()), (OTHER, "small", OTHER))
        self.says("PLUGBOARD GUEST boot 3 of vda 2048 sectors")
        self.reaches(address)
        moves = [(each.migration_type, each.status) for each in self.compute.migrations(instance_uuid=self.server)]
        self.assertEqual(moves, [("resize", "reverted"), ("migration", "confirmed")])
        self.remove()

    def test_evacuation(self):
        """A host dies with its guests; they begin anew on the other, and are not there twice when it comes back."""
        self.boot(host=OTHER)
        self.booted(1)
        address = self.address()
        # The Swift side freezes the compute process when it sees this, and lets it go on when the guest is evacuated.
        for name in os.environ["PLUGBOARD_COMPUTE2"].split():
            os.kill(int(name), signal.SIGSTOP)
        until(
            "the host is seen to be down",
            lambda: next(self.compute.services(host=OTHER, binary="nova-compute")).state == "down",
        )
        command("server", "evacuate", self.server)
        server = self.state("ACTIVE")
        self.assertEqual((server.compute_host, self.binding()), (HOST, HOST))
        self.booted(1)
        self.reaches(address)
        for name in os.environ["PLUGBOARD_COMPUTE2"].split():
            os.kill(int(name), signal.SIGCONT)
        until("the other host is back", lambda: next(self.compute.services(host=OTHER)).state == "up")
        self.remove()

    def remove(self):
        command("server", "delete", "--wait", self.server)
        self.assertEqual(list(self.network.ports(device_id=self.server)), [])
