"""The whole life of a server, through the stock SDK and client, with a real guest."""

import contextlib
import glob
import os
import re
import signal

from openstack import exceptions

from cloud import command
from guests import GuestTest, until

NAME = 'Web <1> "quoted" & größer 🐧'
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me"


class ServerLife(GuestTest):
    def test_life(self):
        self.net, _ = self.make_network()
        self.let_pings_in()
        self.create()
        self.power()
        self.interfaces()
        self.looks()
        self.rescue()
        self.snapshot()
        self.shelve()
        self.resize()
        self.rebuild()
        self.accident()
        self.refusals()
        self.delete()

    def create(self):
        self.key = self.compute.create_keypair(name="generated", type="ssh", public_key=KEY)
        server = self.boot(
            name=NAME, key_name="generated", user_data="IyEvYmluL3NoCg==", metadata={"role": "web"}, tags=["blue"]
        )
        self.assertEqual((server.name, server.metadata, server.tags), (NAME, {"role": "web"}, ["blue"]))
        self.says("PLUGBOARD GUEST UP")
        self.booted(1)
        self.says(f"PLUGBOARD GUEST metadata key {KEY}")
        self.reaches(self.address())

    def power(self):
        self.compute.stop_server(self.server)
        self.assertEqual(self.state("SHUTOFF").power_state, 4)
        self.says("PLUGBOARD GUEST shuts down")
        self.compute.start_server(self.server)
        self.assertEqual(self.state("ACTIVE").power_state, 1)
        self.booted(2)
        self.compute.reboot_server(self.server, "SOFT")
        self.state("ACTIVE")
        self.booted(3)
        self.says("PLUGBOARD GUEST shuts down", 2)
        self.compute.reboot_server(self.server, "HARD")
        self.state("ACTIVE")
        self.booted(4)
        self.reaches(self.address())
        command("server", "pause", self.server)
        self.assertEqual(self.state("PAUSED").power_state, 3)
        command("server", "unpause", self.server)
        self.state("ACTIVE")
        command("server", "suspend", self.server)
        self.assertEqual(self.state("SUSPENDED").power_state, 4)
        command("server", "resume", self.server)
        self.state("ACTIVE")
        # It is the same boot, and its network is back.
        self.reaches(self.address())
        self.assertNotIn("PLUGBOARD GUEST boot 5", self.console())

    def interfaces(self):
        other, _ = self.make_network("10.62.0.0/24", name="other")
        made = self.compute.create_server_interface(self.server, net_id=other.id)
        self.says(f"PLUGBOARD GUEST interface eth1 added {made.mac_addr}")
        self.assertEqual(self.network.get_port(made.port_id).status, "ACTIVE")
        self.assertEqual(len(list(self.compute.server_interfaces(self.server))), 2)
        self.compute.delete_server_interface(made.port_id, self.server)
        self.says(f"PLUGBOARD GUEST interface eth1 removed {made.mac_addr}")
        until("the port is gone", lambda: self.network.find_port(made.port_id) is None)
        # A port of the user's own outlives its server's interest in it.
        port = self.make("port", network_id=other.id)
        command("server", "add", "port", self.server, port.id)
        self.says(f"PLUGBOARD GUEST interface eth1 added {port.mac_address}")
        command("server", "remove", "port", self.server, port.id)
        self.says(f"PLUGBOARD GUEST interface eth1 removed {port.mac_address}")
        until("the port is free", lambda: self.network.get_port(port.id).device_id == "")
        # A port that is deleted under a guest leaves it.
        doomed = self.compute.create_server_interface(self.server, net_id=other.id)
        self.says(f"PLUGBOARD GUEST interface eth1 added {doomed.mac_addr}")
        self.network.delete_port(doomed.port_id)
        self.says(f"PLUGBOARD GUEST interface eth1 removed {doomed.mac_addr}")
        self.state("ACTIVE")

    def looks(self):
        console = self.compute.create_server_remote_console(self.server, protocol="vnc", type="novnc")
        self.assertIn("token", console.url)
        diagnostics = self.compute.get_server_diagnostics(self.server)
        self.assertEqual((diagnostics.state, diagnostics.num_nics), ("running", 1))
        self.assertIn("GUEST UP", command("console", "log", "show", self.server))
        self.compute.lock_server(self.server, locked_reason="maintenance")
        self.assertEqual(self.compute.get_server(self.server).is_locked, True)
        self.compute.unlock_server(self.server)
        self.compute.set_server_metadata(self.server, color="green")
        self.compute.delete_server_metadata(self.server, ["role"])
        self.assertEqual(self.compute.get_server(self.server).metadata, {"color": "green"})
        self.compute.add_tag_to_server(self.server, "red")
        self.assertEqual(sorted(self.compute.get_server(self.server).tags), ["blue", "red"])
        found = [each.id for each in self.compute.servers(name=re.escape(NAME), tags="red")]
        self.assertEqual(found, [self.server])
        actions = {action.action for action in self.compute.server_actions(self.server)}
        self.assertLessEqual({"create", "stop", "start", "reboot", "pause", "attach_interface"}, actions)

    def rescue(self):
        command("server", "rescue", self.server)
        self.state("RESCUE")
        # The disk that it boots from is a fresh one.
        self.says("PLUGBOARD GUEST boot 1 of vda", 2)
        command("server", "unrescue", self.server)
        self.state("ACTIVE")
        self.booted(5)
        self.reaches(self.address())

    def snapshot(self):
        image = self.compute.create_server_image(self.server, "snapshot", wait=True, timeout=120)
        self.state("ACTIVE")
        image = self.admin.image.get_image(image.id)
        self.assertEqual((image.status, image.disk_format), ("active", "qcow2"))
        self.addCleanup(self.admin.image.delete_image, image)
        original = self.server
        self.boot(name="copy", image_id=image.id)
        # It goes on where the other's disk was.
        self.booted(6)
        self.delete()
        self.server = original

    def shelve(self):
        self.compute.shelve_server(self.server)
        server = self.state("SHELVED_OFFLOADED")
        self.assertIsNone(server.compute_host)
        port = next(self.network.ports(device_id=self.server))
        self.assertEqual((port.binding_host_id, port.status), ("", "DOWN"))
        self.compute.unshelve_server(self.server)
        self.state("ACTIVE")
        self.booted(6)
        self.reaches(self.address())

    def resize(self):
        self.compute.resize_server(self.server, self.large.id)
        self.state("VERIFY_RESIZE")
        self.booted(7)
        self.says("of vda 2097152 sectors")
        self.compute.revert_server_resize(self.server)
        self.state("ACTIVE")
        # The disk is the one from before.
        self.says("PLUGBOARD GUEST boot 7 of vda 2048 sectors")
        self.assertEqual(self.compute.get_server(self.server).flavor.name, "small")
        self.compute.stop_server(self.server)
        self.state("SHUTOFF")
        command("server", "resize", "--flavor", "large", self.server)
        self.assertEqual(self.state("VERIFY_RESIZE").power_state, 4)
        command("server", "resize", "confirm", self.server)
        self.assertEqual(self.state("SHUTOFF").flavor.name, "large")
        self.compute.start_server(self.server)
        self.state("ACTIVE")
        self.booted(8)
        self.reaches(self.address())

    def rebuild(self):
        self.compute.rebuild_server(self.server, image=self.image, name="rebuilt", metadata={"again": "yes"})
        server = self.state("ACTIVE")
        self.assertEqual((server.name, server.metadata), ("rebuilt", {"again": "yes"}))
        self.says("PLUGBOARD GUEST boot 1 of vda 2097152 sectors")
        self.reaches(self.address())

    def accident(self):
        """A guest that is killed from outside makes its server a stopped one at once, and can be started again."""
        os.kill(self.process(), signal.SIGKILL)
        self.assertEqual(self.state("SHUTOFF", within=10).power_state, 4)
        port = next(self.network.ports(device_id=self.server))
        until("the port is down", lambda: self.network.get_port(port.id).status == "DOWN", 10)
        self.compute.start_server(self.server)
        self.state("ACTIVE")
        self.booted(2)

    def process(self):
        """The guest's QEMU."""
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                words = open(path, "rb").read().split(b"\0")
                if b"qemu" in words[0] and any(self.server.encode() in word for word in words):
                    return int(path.split("/")[2])
        raise AssertionError("there is no QEMU of the server")

    def refusals(self):
        """What one host alone cannot do, and what the guest's state forbids."""
        for call in (
            lambda: self.compute.migrate_server(self.server),
            lambda: self.compute.live_migrate_server(self.server, block_migration="auto"),
            lambda: self.compute.evacuate_server(self.server),
        ):
            with self.assertRaises(exceptions.BadRequestException):
                call()
        for call in (
            lambda: self.compute.start_server(self.server),
            lambda: self.compute.unpause_server(self.server),
            lambda: self.compute.confirm_server_resize(self.server),
            lambda: self.compute.unrescue_server(self.server),
        ):
            with self.assertRaises(exceptions.ConflictException):
                call()
        self.state("ACTIVE")

    def delete(self):
        command("server", "delete", "--wait", self.server)
        self.assertEqual(list(self.network.ports(device_id=self.server)), [])

