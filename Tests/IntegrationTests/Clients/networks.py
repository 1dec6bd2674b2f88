"""The whole life of networks of every type, of their lists, and of what goes with them: availability zones, service
types, network-ip-availability."""

import unittest

from openstack import exceptions

from cloud import CloudTest, command


class Networks(CloudTest):
    def test_life(self):
        network = self.make("network", name="life", description="short", is_admin_state_up=True)
        self.assertEqual((network.name, network.description, network.status), ("life", "short", "ACTIVE"))
        self.assertEqual(network.mtu, 1450)
        self.assertIs(network.is_port_security_enabled, True)
        self.assertIs(network.is_shared, False)
        self.assertIs(network.is_router_external, False)
        self.assertEqual(network.subnet_ids, [])
        self.assertEqual(network.project_id, self.admin.current_project_id)
        # Upstream shows is_default of a network that is not external only in the answer that created it.
        shown = {**self.network.get_network(network.id).to_dict(), "is_default": None}
        self.assertEqual(shown, {**network.to_dict(), "is_default": None})
        self.assertEqual(self.network.find_network("life").id, network.id)
        changed = self.network.update_network(
            network.id, name="new life", is_admin_state_up=False, mtu=1400, is_port_security_enabled=False
        )
        self.assertEqual((changed.name, changed.mtu), ("new life", 1400))
        self.assertIs(changed.is_admin_state_up, False)
        self.assertIs(changed.is_port_security_enabled, False)
        self.assertGreater(changed.revision_number, network.revision_number)
        self.assertGreaterEqual(changed.updated_at, network.updated_at)
        self.assertEqual(changed.created_at, network.created_at)
        self.network.delete_network(network.id, ignore_missing=False)
        self.gone(self.network.get_network, network)
        with self.assertRaises(exceptions.NotFoundException):
            self.network.delete_network(network.id, ignore_missing=False)

    def test_every_type(self):
        """Types and what the server is configured with: physnet1 for flat and VLAN 100 to 102, any VNI."""
        for attributes, shown in [
            ({"provider_network_type": "local"}, ("local", None, None, 1500)),
            (
                {"provider_network_type": "flat", "provider_physical_network": "physnet1"},
                ("flat", "physnet1", None, 1500),
            ),
            (
                {
                    "provider_network_type": "vlan",
                    "provider_physical_network": "physnet1",
                    "provider_segmentation_id": 101,
                },
                ("vlan", "physnet1", 101, 1500),
            ),
            ({"provider_network_type": "vxlan", "provider_segmentation_id": 4711}, ("vxlan", None, 4711, 1450)),
        ]:
            with self.subTest(attributes):
                network = self.make("network", name="typed", **attributes)
                self.assertEqual(
                    (
                        network.provider_network_type,
                        network.provider_physical_network,
                        network.provider_segmentation_id,
                        network.mtu,
                    ),
                    shown,
                )
                found = [each.id for each in self.network.networks(provider_network_type=shown[0])]
                self.assertIn(network.id, found)

    def test_segments_are_taken_from_the_configured_ranges(self):
        vlan = {"provider_network_type": "vlan", "provider_physical_network": "physnet1"}
        taken = [self.make("network", **vlan).provider_segmentation_id for _ in range(3)]
        self.assertEqual(sorted(taken), [100, 101, 102])
        # Upstream answers 503, for which the SDK has no class of its own.
        self.refused(exceptions.HttpException, "NoNetworkAvailable", self.network.create_network, **vlan)
        self.refused(
            exceptions.ConflictException,
            "VlanIdInUse",
            self.network.create_network,
            **vlan,
            provider_segmentation_id=taken[0],
        )

    def test_external_shared_and_default(self):
        network = self.make("network", name="outside", is_router_external=True, is_shared=True, is_default=True)
        self.assertTrue(network.is_router_external and network.is_shared and network.is_default)
        for query in [{"is_router_external": True}, {"is_shared": True}]:
            with self.subTest(query):
                self.assertEqual([each.id for each in self.network.networks(**query)], [network.id])
        member, _ = self.make_user("visitor", "member")
        seen = member.network.get_network(network.id)
        self.assertTrue(seen.is_shared)
        self.assertIsNone(seen.provider_network_type)
        self.refused(
            exceptions.ForbiddenException, "PolicyNotAuthorized", member.network.update_network, network.id, name="x"
        )
        changed = self.network.update_network(network.id, is_router_external=False, is_shared=False)
        self.assertFalse(changed.is_router_external or changed.is_shared)
        with self.assertRaises(exceptions.NotFoundException):
            member.network.get_network(network.id)

    def test_tags(self):
        self.check_tags(self.make("network", name="tagged"), self.network.get_network, self.network.networks)

    def test_lists(self):
        names = ["a", "b", "c", "d", "e"]
        made = {name: self.make("network", name=f"list-{name}", provider_network_type="local").id for name in names}
        everything = [made[name] for name in names]
        query = {"sort_key": "name", "sort_dir": "asc", "provider_network_type": "local"}
        self.assertEqual([each.id for each in self.network.networks(**query)], everything)
        # The SDK follows networks_links until the last page.
        self.assertEqual([each.id for each in self.network.networks(limit=2, **query)], everything)
        answer = self.network.get(
            f"/networks?sort_key=name&sort_dir=asc&limit=2&marker={made['b']}&provider:network_type=local"
        )
        self.assertEqual([each["id"] for each in answer.json()["networks"]], [made["c"], made["d"]])
        links = {each["rel"]: each["href"] for each in answer.json()["networks_links"]}
        self.assertEqual(sorted(links), ["next", "previous"])
        previous = self.network.get(links["previous"])
        self.assertEqual([each["id"] for each in previous.json()["networks"]], [made["a"], made["b"]])
        for path, expected in [
            ("name=list-a&name=list-c&sort_key=name&sort_dir=asc", ["a", "c"]),
            ("name=list-a&name=list-c&admin_state_up=false", []),
            ("sort_key=name&sort_dir=desc&provider:network_type=local", names[::-1]),
        ]:
            with self.subTest(path):
                found = self.network.get(f"/networks?{path}").json()["networks"]
                self.assertEqual([each["name"] for each in found], [f"list-{name}" for name in expected])
        fields = self.network.get(f"/networks/{made['a']}?fields=name&fields=mtu").json()["network"]
        self.assertEqual(fields, {"name": "list-a", "mtu": 1500})

    def test_bulk_is_all_or_nothing(self):
        answer = self.network.post("/networks", json={"networks": [{"name": "bulk1"}, {"name": "bulk2"}]})
        self.assertEqual(answer.status_code, 201, answer.text)
        for network in answer.json()["networks"]:
            self.network.delete_network(network["id"], ignore_missing=False)
        answer = self.network.post(
            "/networks", json={"networks": [{"name": "bulk3"}, {"name": "bulk4", "mtu": "wide"}]}
        )
        self.assertEqual(answer.status_code, 400, answer.text)
        self.assertEqual(list(self.network.networks(name="bulk3")), [])

    def test_availability_zones(self):
        zones = {(zone.name, zone.resource, zone.state) for zone in self.network.availability_zones()}
        for name, resource, state in zones:
            self.assertIn(resource, ("network", "router"), name)
            self.assertIn(state, ("available", "unavailable"), name)
        self.refused(
            exceptions.NotFoundException,
            "AvailabilityZoneNotFound",
            self.network.create_network,
            availability_zone_hints=["nowhere"],
        )

    def test_service_providers_and_extensions(self):
        self.assertEqual(list(self.network.service_providers()), [])
        aliases = {extension.alias for extension in self.network.extensions()}
        self.assertLessEqual({"binding", "binding-extended", "security-group", "standard-attr-tag", "quotas"}, aliases)
        for alias in aliases:
            self.assertEqual(self.network.get(f"/extensions/{alias}").json()["extension"]["alias"], alias)

    def test_availability_of_addresses(self):
        network, subnet = self.make_network("10.62.0.0/29", name="counted")
        for _ in range(2):
            self.make("port", network_id=network.id)
        counted = self.network.get_network_ip_availability(network.id)
        self.assertEqual((counted.network_name, counted.total_ips, counted.used_ips), ("counted", 5, 2))
        inside = counted.subnet_ip_availability[0]
        self.assertEqual((inside["subnet_id"], inside["total_ips"], inside["used_ips"]), (subnet.id, 5, 2))
        listed = self.network.network_ip_availabilities(network_name="counted")
        self.assertEqual([each.network_id for each in listed], [network.id])

    def test_command(self):
        created = command(
            "network",
            "create",
            "by hand",
            "--description",
            "of the command",
            "--mtu",
            "1300",
            "-f",
            "value",
            "-c",
            "id",
        )
        command("network", "set", "by hand", "--name", "renamed", "--tag", "one", "--tag", "two")
        self.assertEqual(command("network", "show", "renamed", "-f", "value", "-c", "id"), created)
        self.assertEqual(command("network", "list", "--tags", "one,two", "-f", "value", "-c", "ID"), created)
        command("network", "unset", "renamed", "--all-tag")
        command("network", "delete", "renamed")
        self.assertIn("No Network found for renamed", command("network", "show", "renamed", succeeds=False))


if __name__ == "__main__":
    unittest.main()
