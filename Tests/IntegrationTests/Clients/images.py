"""Images: their data and attributes, who sees them, and how they are imported."""

import hashlib
import json
import os
import struct
import tempfile
import time
import unittest

from openstack import exceptions

from cloud import CloudTest, command

DATA = bytes(range(256)) * 4096
# The header of a qcow2 that names another file.
BACKED = b"QFI\xfb" + struct.pack(">IQIIQ", 3, 512, 11, 16, 1 << 20) + bytes(200_000)


def shown(*arguments):
    return json.loads(command("image", *arguments, "-f", "json"))


def names(connection, **query):
    return sorted(image.name for image in connection.image.images(**query))


class Images(CloudTest):
    def setUp(self):
        self.image = self.admin.image
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.file = os.path.join(self.folder, "data")
        with open(self.file, "wb") as file:
            file.write(DATA)

    def make_image(self, connection=None, **attributes):
        attributes = {"disk_format": "raw", "container_format": "bare", **attributes}
        image = (connection or self.admin).image.create_image(**attributes)
        self.addCleanup(self.image.delete_image, image.id, ignore_missing=True)
        return image

    def until(self, image, status):
        """An import goes on beside the requests."""
        for _ in range(600):
            found = self.image.get_image(image.id)
            if found.status == status:
                return found
            time.sleep(0.05)
        raise AssertionError(f"{found.id} is still {found.status}")

    def test_commands(self):
        created = shown("create", "one", "--disk-format", "raw", "--container-format", "bare", "--file", self.file)
        self.addCleanup(self.image.delete_image, created["id"], ignore_missing=True)
        image = shown("show", "one")
        self.assertEqual((image["status"], image["size"], image["virtual_size"]), ("active", len(DATA), len(DATA)))
        self.assertEqual(image["checksum"], hashlib.md5(DATA).hexdigest())
        self.assertEqual(image["properties"]["os_hash_value"], hashlib.sha512(DATA).hexdigest())

        command("image", "set", "one", "--property", "color=red", "--tag", "small", "--min-ram", "64", "--protected")
        image = shown("show", "one")
        self.assertEqual(image["properties"]["color"], "red")
        self.assertEqual((image["tags"], image["min_ram"], image["protected"]), (["small"], 64, True))
        for query, is_found in [
            (["--property", "color=red"], True),
            (["--property", "color=blue"], False),
            (["--tag", "small"], True),
            (["--name", "one"], True),
            (["--status", "queued"], False),
            (["--public"], False),
            (["--shared"], True),
            (["--long", "--sort", "name:asc", "--limit", "5"], True),
        ]:
            with self.subTest(query=query):
                listed = json.loads(command("image", "list", *query, "-f", "json"))
                self.assertEqual("one" in [each["Name"] for each in listed], is_found)
        self.assertIn("protected", command("image", "delete", "one", succeeds=False))
        command("image", "unset", "one", "--property", "color", "--tag", "small")
        command("image", "set", "one", "--unprotected", "--name", "two")
        self.assertNotIn("color", shown("show", "two")["properties"])

        copy = os.path.join(self.folder, "copy")
        command("image", "save", "two", "--file", copy)
        with open(copy, "rb") as file:
            self.assertEqual(file.read(), DATA)
        command("image", "set", "two", "--deactivate")
        self.assertEqual(shown("show", "two")["status"], "deactivated")
        command("image", "set", "two", "--activate")
        self.assertEqual(shown("show", "two")["status"], "active")
        command("image", "delete", "two")
        self.assertIn("No Image found", command("image", "show", "two", succeeds=False))

    def test_import_by_command(self):
        # The command that creates one would read its data from whatever stands behind standard input.
        created = self.make_image(name="three")
        command("image", "stage", "three", "--file", self.file)
        self.assertEqual(shown("show", "three")["status"], "uploading")
        command("image", "import", "three", "--method", "glance-direct")
        image = self.until(created, "active")
        self.assertEqual(image.hash_value, hashlib.sha512(DATA).hexdigest())
        tasks = json.loads(command("image", "task", "list", "-f", "json"))
        self.assertIn("api_image_import", [task["Type"] for task in tasks])
        self.assertIn("glance-direct", command("image", "import", "info", "-f", "json"))

    def test_sharing_by_command(self):
        guest, project = self.make_user("guest", "member")
        image = self.make_image(name="shared one")
        command("image", "add", "project", image.id, project.id)
        self.assertEqual(names(guest, member_status="pending"), ["shared one"])
        members = json.loads(command("image", "member", "list", image.id, "-f", "json"))
        self.assertEqual([(each["Member ID"], each["Status"]) for each in members], [(project.id, "pending")])
        guest.image.update_member(project.id, image.id, status="accepted")
        self.assertEqual(names(guest), ["shared one"])
        with self.assertRaises(exceptions.ForbiddenException):
            guest.image.add_member(image.id, member="another")
        command("image", "remove", "project", image.id, project.id)
        self.assertEqual(names(guest), [])
        self.gone(guest.image.get_image, image)

    def test_life(self):
        image = self.make_image(name="sdk", tags=["a"], properties={"color": "red"})
        self.assertEqual(image.status, "queued")
        image = self.admin.create_image(
            "from a file", filename=self.file, disk_format="raw", container_format="bare", wait=True, color="red"
        )
        self.addCleanup(self.image.delete_image, image.id, ignore_missing=True)
        self.assertEqual((image.status, image.properties["color"]), ("active", "red"))
        self.assertEqual(b"".join(self.image.download_image(image, stream=True).iter_content(65536)), DATA)
        image = self.image.update_image(image.id, min_disk=1, name="renamed")
        self.assertEqual((image.min_disk, image.name), (1, "renamed"))
        self.image.add_tag(image, "a tag")
        self.assertEqual(self.image.get_image(image.id).tags, ["a tag"])
        self.image.remove_tag(image, "a tag")
        self.assertEqual(names(self.admin, name="in:renamed,other"), ["renamed"])
        self.image.deactivate_image(image)
        self.assertEqual(self.image.get_image(image.id).status, "deactivated")
        self.image.reactivate_image(image)
        self.image.delete_image(image)
        self.gone(self.image.get_image, image)

    def test_import(self):
        image = self.make_image(name="staged")
        self.image.stage_image(image, data=DATA)
        self.image.import_image(self.image.get_image(image.id))
        self.assertEqual(self.until(image, "active").size, len(DATA))
        body = {"method": {"name": "web-download", "uri": "http://example.org/"}}
        self.assertEqual(self.image.post(f"/images/{image.id}/import", json=body).status_code, 400)

    def test_hostile(self):
        image = self.make_image(name="backed", disk_format="qcow2")
        answer = self.image.put(
            f"/images/{image.id}/file", data=BACKED, headers={"Content-Type": "application/octet-stream"}
        )
        self.assertEqual(answer.status_code, 415)
        self.assertIn("backing file", answer.text)
        self.assertEqual(self.image.get_image(image.id).status, "queued")

    def test_projects(self):
        one, _ = self.make_user("one", "member")
        other, _ = self.make_user("other", "member")
        image = self.make_image(one, name="mine")
        self.assertEqual(names(one), ["mine"])
        self.assertEqual(names(other), [])
        self.gone(other.image.get_image, image)
        with self.assertRaises(exceptions.NotFoundException):
            other.image.delete_image(image.id, ignore_missing=False)
        with self.assertRaises(exceptions.ForbiddenException):
            one.image.update_image(image.id, visibility="public")
        one.image.update_image(image.id, visibility="community")
        self.assertEqual(names(other, visibility="community"), ["mine"])
        with self.assertRaises(exceptions.ForbiddenException):
            other.image.update_image(image.id, name="yours")


if __name__ == "__main__":
    unittest.main()
