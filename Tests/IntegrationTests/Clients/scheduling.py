"""Where servers may go and how many there may be: hosts, zones, aggregates, groups, flavors, quotas and usage."""

import json
import uuid

from openstack import exceptions

from cloud import HOST, CloudTest, command


def listed(*arguments):
    return json.loads(command(*arguments, "-f", "json"))


class Hosts(CloudTest):
    def test_service(self):
        self.assertEqual([(each["Host"], each["State"]) for each in listed("compute", "service", "list")], [(HOST, "up")])
        command("compute", "service", "set", "--disable", "--disable-reason", "disk", HOST, "nova-compute")
        service = listed("compute", "service", "list", "--long")[0]
        self.assertEqual((service["Status"], service["Disabled Reason"]), ("disabled", "disk"))
        command("compute", "service", "set", "--down", HOST, "nova-compute")
        self.assertEqual(listed("compute", "service", "list")[0]["State"], "down")
        command("compute", "service", "set", "--enable", "--up", HOST, "nova-compute")
        self.assertEqual([each.status for each in self.admin.compute.services()], ["enabled"])

    def test_hypervisor(self):
        self.assertEqual([each.name for each in self.admin.compute.hypervisors(details=True)], [HOST])
        self.assertEqual(listed("hypervisor", "show", HOST)["state"], "up")
        self.assertEqual(listed("hypervisor", "list", "--matching", HOST[:3])[0]["Hypervisor Hostname"], HOST)
        command("hypervisor", "stats", "show", "--os-compute-api-version", "2.87")

    def test_aggregate(self):
        name = f"rack {uuid.uuid4().hex}"
        zone = uuid.uuid4().hex
        command("aggregate", "create", "--zone", zone, "--property", "ssd=yes", name)
        self.addCleanup(command, "aggregate", "delete", name)
        command("aggregate", "add", "host", name, HOST)
        self.assertIn(zone, [each["Zone Name"] for each in listed("availability", "zone", "list", "--compute")])
        command("aggregate", "set", "--property", "ssd=no", "--property", "tape=yes", name)
        command("aggregate", "unset", "--property", "tape", name)
        shown = listed("aggregate", "show", name)
        self.assertEqual((shown["properties"], shown["hosts"]), ({"ssd": "no"}, [HOST]))
        self.assertIn("not empty", command("aggregate", "delete", name, succeeds=False))
        command("aggregate", "remove", "host", name, HOST)
        self.assertIn("nova", [each.name for each in self.admin.compute.availability_zones()])


class Groups(CloudTest):
    def test_life(self):
        made = listed(
            "server", "group", "create", "--policy", "anti-affinity", "--rule", "max_server_per_host=2", "apart",
            "--os-compute-api-version", "2.64",
        )
        self.assertEqual((made["policy"], made["rules"]), ("anti-affinity", {"max_server_per_host": 2}))
        member, _ = self.make_user("stranger", "member")
        with self.assertRaises(exceptions.NotFoundException):
            member.compute.get_server_group(made["id"])
        self.assertEqual([each.id for each in self.admin.compute.server_groups()], [made["id"]])
        command("server", "group", "delete", made["id"])
        self.assertEqual(listed("server", "group", "list"), [])


class Flavors(CloudTest):
    def test_life(self):
        member, project = self.make_user("guest", "member")
        name = f"private {uuid.uuid4().hex}"
        command("flavor", "create", "--ram", "64", "--private", "--property", "hw:cpu_policy=shared", name)
        flavor = self.admin.compute.find_flavor(name, get_extra_specs=True)
        self.addCleanup(self.admin.compute.delete_flavor, flavor)
        self.assertEqual(flavor.extra_specs, {"hw:cpu_policy": "shared"})
        self.assertIsNone(member.compute.find_flavor(flavor.id))
        command("flavor", "set", "--project", project.id, "--description", "small", name)
        self.assertEqual(member.compute.find_flavor(flavor.id).name, name)
        self.assertEqual(listed("flavor", "show", name)["access_project_ids"], [project.id])
        command("flavor", "unset", "--project", project.id, "--property", "hw:cpu_policy", name)
        self.assertIsNone(member.compute.find_flavor(flavor.id))
        # The SDK follows the links of pages.
        names = [each.name for each in self.admin.compute.flavors(limit=2) if each.name.startswith("m1.")]
        self.assertEqual(sorted(names), ["m1.large", "m1.medium", "m1.micro", "m1.nano", "m1.small", "m1.tiny"])


class Quotas(CloudTest):
    def test_life(self):
        member, project = self.make_user("limited", "member")
        command("quota", "set", "--instances", "3", "--cores", "-1", project.id)
        shown = {each["Resource"]: each["Limit"] for each in listed("quota", "show", "--compute", project.id)}
        self.assertEqual((shown["instances"], shown["cores"], shown["ram"]), (3, -1, 51200))
        limits = member.compute.get_limits().absolute
        self.assertEqual((limits.instances, limits.instances_used), (3, 0))
        with self.assertRaises(exceptions.ForbiddenException):
            member.compute.update_quota_set(project.id, instances=9)
        self.admin.compute.revert_quota_set(project.id)
        self.assertEqual(self.admin.compute.get_quota_set(project.id, usage=True).instances, 10)

    def test_usage(self):
        member, project = self.make_user("payer", "member")
        self.assertEqual(listed("usage", "list"), [])
        self.assertIsNone(member.compute.get_usage(project.id).total_hours)
        with self.assertRaises(exceptions.ForbiddenException):
            list(member.compute.usages())
