"""A real guest as its user sees it: it tells on its console what happens to it (see tools/make-guest-image)."""

import os
import re
import subprocess
import time

from cloud import CloudTest


def until(what, condition, within=120):
    """Asks again and again, at most for so many seconds; returns what the condition returned at last."""
    end = time.monotonic() + within
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {within} s")
        time.sleep(0.1)


class GuestTest(CloudTest):
    """A test with one server at a time, `self.server`, on the network `self.net`."""

    flavors = []

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.compute = cls.admin.compute
        cls.compute.default_microversion = "2.93"
        cls.image = cls.make_image()
        # The guest's disk is as large as its image with the first, and larger with the second.
        cls.small = cls.make_flavor("small", ram=128, disk=0)
        cls.large = cls.make_flavor("large", ram=160, disk=1)

    @classmethod
    def make_flavor(cls, name, **attributes):
        flavor = cls.compute.create_flavor(name=name, vcpus=1, **attributes)
        cls.addClassCleanup(cls.compute.delete_flavor, flavor)
        return flavor

    @classmethod
    def make_image(cls):
        folder = os.environ["PLUGBOARD_GUEST_IMAGE"]

        def upload(name, file, kind, **properties):
            formats = {"disk_format": kind, "container_format": "bare" if kind == "raw" else kind}
            return cls.admin.image.create_image(
                name, filename=f"{folder}/{file}", allow_duplicates=True, **formats, **properties
            ).id

        kernel = upload("kernel", "vmlinuz", "aki")
        ramdisk = upload("ramdisk", "initrd.img", "ari")
        return upload("guest", "disk.img", "raw", kernel_id=kernel, ramdisk_id=ramdisk)

    def let_pings_in(self):
        group = next(self.network.security_groups(name="default", project_id=self.admin.current_project_id))
        rule = self.network.create_security_group_rule(
            security_group_id=group.id, direction="ingress", ether_type="IPv4", protocol="icmp"
        )
        self.addCleanup(self.network.delete_security_group_rule, rule)

    def boot(self, **attributes):
        """Asks for a server, and waits until it is ACTIVE; returns it."""
        request = {"name": "guest", "image_id": self.image, "flavor_id": self.small.id, **attributes}
        server = self.compute.create_server(networks=[{"uuid": self.net.id}], **request)
        self.server = server.id
        self.addCleanup(self.clear, server)
        return self.state("ACTIVE")

    def clear(self, server):
        """Deletes a server that a test has left."""
        if self.compute.find_server(server.id):
            self.compute.delete_server(server.id)
            self.compute.wait_for_delete(server, interval=0.2, wait=60)

    def console(self):
        return self.compute.get_server_console_output(self.server)["output"]

    def says(self, text, times=1):
        """Waits until the guest has said something so many times."""
        until(f"the guest says {text!r}", lambda: self.console().count(text) >= times)

    def state(self, status, within=120):
        """Waits until the server has a status and nothing is being done to it."""

        def look():
            server = self.compute.get_server(self.server)
            if server.status == "ERROR" and status != "ERROR":
                raise AssertionError(f"{server.fault}")
            return server if server.status == status and server.task_state is None else None

        return until(f"the server is {status}", look, within)

    def booted(self, count):
        """Waits for the guest's own word that its disk has been booted with so many times."""
        self.says(f"PLUGBOARD GUEST boot {count} of vda")

    def address(self):
        """The guest's address, once the guest itself has told it."""
        return until(
            "the guest has an address",
            lambda: re.findall(r"PLUGBOARD GUEST eth0 \S+ (\d[\d.]+)/", self.console()),
        )[-1]

    def reaches(self, address):
        """Pings the guest through its network, from the namespace in which its DHCP server is."""
        ping = ["ip", "netns", "exec", f"qdhcp-{self.net.id}", "ping", "-c", "1", "-W", "2", address]
        until("the guest answers", lambda: subprocess.run(ping, capture_output=True).returncode == 0, 30)
