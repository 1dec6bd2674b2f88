"""The whole life of ports with everything a port can have, and of their bindings to hosts."""

import unittest

from openstack import exceptions

from cloud import HOST, CloudTest, command


class Ports(CloudTest):
    def test_life(self):
        network, subnet = self.make_network()
        port = self.make("port", network_id=network.id, name="life", description="short")
        self.assertEqual((port.name, port.description, port.status), ("life", "short", "DOWN"))
        self.assertEqual(port.fixed_ips[0]["subnet_id"], subnet.id)
        self.assertTrue(port.mac_address.startswith("fa:16:3e:"))
        self.assertEqual((port.device_id, port.device_owner), ("", ""))
        self.assertEqual((port.binding_vnic_type, port.binding_vif_type), ("normal", "unbound"))
        self.assertEqual((port.binding_profile, port.binding_vif_details), ({}, {}))
        default = self.network.find_security_group("default", project_id=self.admin.current_project_id)
        self.assertEqual(port.security_group_ids, [default.id])
        self.assertIs(port.is_port_security_enabled, True)
        self.assertEqual(self.network.get_port(port.id).to_dict(), port.to_dict())
        self.assertEqual(self.network.find_port("life").id, port.id)
        changed = self.network.update_port(
            port.id, name="longer", is_admin_state_up=False, device_id="a device", device_owner="network:mine"
        )
        self.assertEqual(
            (changed.name, changed.device_id, changed.device_owner), ("longer", "a device", "network:mine")
        )
        self.assertIs(changed.is_admin_state_up, False)
        self.assertGreater(changed.revision_number, port.revision_number)
        self.network.delete_port(port.id, ignore_missing=False)
        self.gone(self.network.get_port, port)

    def test_addresses(self):
        network, four = self.make_network("10.70.0.0/24")
        six = self.make("subnet", network_id=network.id, ip_version=6, cidr="2001:db8:70::/64")
        port = self.make(
            "port",
            network_id=network.id,
            mac_address="fa:16:3e:00:70:01",
            fixed_ips=[
                {"subnet_id": four.id, "ip_address": "10.70.0.70"},
                {"subnet_id": four.id},
                {"ip_address": "2001:db8:70::70"},
            ],
        )
        self.assertEqual(port.mac_address, "fa:16:3e:00:70:01")
        addresses = {each["ip_address"]: each["subnet_id"] for each in port.fixed_ips}
        self.assertEqual(len(addresses), 3)
        self.assertEqual((addresses["10.70.0.70"], addresses["2001:db8:70::70"]), (four.id, six.id))
        for query in ["ip_address=10.70.0.70", f"subnet_id={six.id}"]:
            with self.subTest(query):
                self.assertEqual([each.id for each in self.network.ports(fixed_ips=query)], [port.id])
        self.assertEqual(list(self.network.ports(fixed_ips="ip_address=192.0.2.1")), [])
        changed = self.network.update_port(port.id, fixed_ips=[{"subnet_id": four.id, "ip_address": "10.70.0.71"}])
        self.assertEqual(changed.fixed_ips, [{"subnet_id": four.id, "ip_address": "10.70.0.71"}])
        self.assertEqual(self.network.update_port(port.id, fixed_ips=[]).fixed_ips, [])

    def test_pairs_options_and_security(self):
        network, _ = self.make_network("10.71.0.0/24")
        port = self.make(
            "port",
            network_id=network.id,
            allowed_address_pairs=[
                {"ip_address": "10.71.0.200"},
                {"ip_address": "10.99.0.0/16", "mac_address": "fa:16:3e:aa:bb:cc"},
            ],
            extra_dhcp_opts=[{"opt_name": "mtu", "opt_value": "1400"}],
        )
        pairs = {each["ip_address"]: each["mac_address"] for each in port.allowed_address_pairs}
        self.assertEqual(pairs, {"10.71.0.200": port.mac_address, "10.99.0.0/16": "fa:16:3e:aa:bb:cc"})
        self.assertEqual(port.extra_dhcp_opts, [{"opt_name": "mtu", "opt_value": "1400", "ip_version": 4}])
        changed = self.network.update_port(
            port.id, extra_dhcp_opts=[{"opt_name": "mtu", "opt_value": None}], allowed_address_pairs=[]
        )
        self.assertEqual((changed.extra_dhcp_opts, changed.allowed_address_pairs), ([], []))
        message = self.refused(
            exceptions.ConflictException,
            "PortSecurityPortHasSecurityGroup",
            self.network.update_port,
            port.id,
            is_port_security_enabled=False,
        )
        self.assertIn("security group", message.lower())
        changed = self.network.update_port(port.id, security_group_ids=[], is_port_security_enabled=False)
        self.assertEqual((changed.security_group_ids, changed.is_port_security_enabled), ([], False))
        self.refused(
            exceptions.ConflictException,
            "AddressPairAndPortSecurityRequired",
            self.network.update_port,
            port.id,
            allowed_address_pairs=[{"ip_address": "10.71.0.200"}],
        )

    def test_security_groups_and_their_defaulting(self):
        network, _ = self.make_network("10.72.0.0/24")
        group = self.make("security_group", name="ports")
        port = self.make("port", network_id=network.id, security_group_ids=[group.id])
        self.assertEqual(port.security_group_ids, [group.id])
        self.assertEqual([each.id for each in self.network.ports(security_group_ids=[group.id])], [port.id])
        self.assertEqual(self.make("port", network_id=network.id, security_group_ids=[]).security_group_ids, [])
        owned = self.make("port", network_id=network.id, device_owner="network:dhcp", device_id="dhcp")
        self.assertEqual(owned.security_group_ids, [])
        self.refused(exceptions.ConflictException, "SecurityGroupInUse", self.network.delete_security_group, group.id)
        open_network, _ = self.make_network("10.73.0.0/24", is_port_security_enabled=False)
        open_port = self.make("port", network_id=open_network.id)
        self.assertEqual((open_port.security_group_ids, open_port.is_port_security_enabled), ([], False))

    def test_bulk_is_all_or_nothing(self):
        network, _ = self.make_network("10.74.0.0/24")
        made = list(self.network.create_ports([{"network_id": network.id, "name": f"bulk{n}"} for n in range(3)]))
        self.assertEqual(sorted(port.name for port in made), ["bulk0", "bulk1", "bulk2"])
        for port in made:
            self.network.delete_port(port, ignore_missing=False)
        wrong = [{"network_id": network.id}, {"network_id": network.id, "fixed_ips": [{"ip_address": "192.0.2.1"}]}]
        self.refused(exceptions.BadRequestException, "InvalidIpForNetwork", self.network.create_ports, wrong)
        self.assertEqual(list(self.network.ports(network_id=network.id)), [])

    def test_tags(self):
        network, _ = self.make_network("10.75.0.0/24")
        port = self.make("port", network_id=network.id)
        self.check_tags(port, self.network.get_port, self.network.ports)

    def test_if_match(self):
        network, _ = self.make_network("10.76.0.0/24")
        port = self.make("port", network_id=network.id)
        changed = self.network.update_port(port.id, if_revision=port.revision_number, name="in time")
        self.assertEqual(changed.name, "in time")
        self.refused(
            exceptions.PreconditionFailedException,
            "RevisionNumberConstraintFailed",
            self.network.update_port,
            port.id,
            if_revision=port.revision_number,
            name="too late",
        )

    def test_a_hundred_in_pages(self):
        network, _ = self.make_network("10.77.0.0/24")
        wanted = [{"network_id": network.id, "name": f"p{number:03}"} for number in range(100)]
        made = {port.id for port in self.network.create_ports(wanted)}
        query = {"network_id": network.id, "sort_key": "name", "sort_dir": "asc", "limit": 7}
        paged = list(self.network.ports(**query))
        self.assertEqual([port.name for port in paged], [f"p{number:03}" for number in range(100)])
        self.assertEqual({port.id for port in paged}, made)
        for port in paged:
            self.network.delete_port(port.id)

    def test_command(self):
        command("network", "create", "port net")
        command("subnet", "create", "hand subnet", "--network", "port net", "--subnet-range", "10.78.0.0/24")
        created = command(
            "port",
            "create",
            "hand port",
            "--network",
            "port net",
            "--fixed-ip",
            "ip-address=10.78.0.78",
            "--mac-address",
            "fa:16:3e:00:78:78",
            "--disable-port-security",
            "--no-security-group",
            "--tag",
            "hand",
            "-f",
            "value",
            "-c",
            "id",
        )
        command("port", "set", "hand port", "--name", "other", "--description", "of the command")
        listed = command("port", "list", "--fixed-ip", "ip-address=10.78.0.78", "-f", "value", "-c", "ID", "-c", "Name")
        self.assertEqual(listed, f"{created} other")
        command("port", "unset", "other", "--fixed-ip", "ip-address=10.78.0.78,subnet=hand subnet")
        command("port", "delete", "other")
        command("network", "delete", "port net")


class Bindings(CloudTest):
    """An agent lives on HOST, and none anywhere else."""

    def test_binding_at_creation(self):
        network, _ = self.make_network("10.80.0.0/24", provider_network_type="local")
        port = self.make("port", network_id=network.id, binding_host_id=HOST, binding_profile={"key": "value"})
        self.assertEqual((port.binding_host_id, port.binding_vif_type), (HOST, "bridge"))
        self.assertEqual(port.binding_profile, {"key": "value"})
        self.assertEqual(port.binding_vif_details["connectivity"], "l2")
        elsewhere = self.make("port", network_id=network.id, binding_host_id="nowhere")
        self.assertEqual(elsewhere.binding_vif_type, "binding_failed")
        changed = self.network.update_port(port.id, binding_host_id=None, binding_profile={})
        self.assertEqual((changed.binding_host_id, changed.binding_vif_type), ("", "unbound"))

    def test_life(self):
        network, _ = self.make_network("10.81.0.0/24", provider_network_type="local")
        port = self.make(
            "port", network_id=network.id, device_owner="compute:nova", device_id="a guest", binding_host_id="nowhere"
        )
        self.refused(
            exceptions.ConflictException,
            "PortBindingAlreadyExists",
            self.network.create_port_binding,
            port,
            host="nowhere",
        )
        binding = self.network.create_port_binding(port, host=HOST, vnic_type="normal", profile={"migrating": "yes"})
        self.assertEqual((binding.host, binding.status, binding.vif_type), (HOST, "INACTIVE", "bridge"))
        self.assertEqual(binding.profile, {"migrating": "yes"})
        # What a stock Nova asks for, and the SDK does not.
        shown = self.network.get(f"/ports/{port.id}/bindings/{HOST}").json()["binding"]
        self.assertEqual((shown["host"], shown["status"]), (HOST, "INACTIVE"))
        states = lambda: {each.host: each.status for each in self.network.port_bindings(port)}
        self.assertEqual(states(), {"nowhere": "ACTIVE", HOST: "INACTIVE"})
        self.network.activate_port_binding(port, HOST)
        self.assertEqual(states(), {"nowhere": "INACTIVE", HOST: "ACTIVE"})
        moved = self.network.get_port(port.id)
        self.assertEqual((moved.binding_host_id, moved.binding_vif_type), (HOST, "bridge"))
        again = self.network.put(f"/ports/{port.id}/bindings/{HOST}/activate")
        self.assertEqual((again.status_code, again.json()["NeutronError"]["type"]), (409, "PortBindingAlreadyActive"))
        self.network.delete_port_binding(port, "nowhere", ignore_missing=False)
        self.assertEqual(states(), {HOST: "ACTIVE"})
        gone = self.network.get(f"/ports/{port.id}/bindings/nowhere")
        self.assertEqual((gone.status_code, gone.json()["NeutronError"]["type"]), (404, "PortBindingNotFound"))


if __name__ == "__main__":
    unittest.main()
