"""The whole life of subnets, of both IP versions, and of subnet pools."""

import unittest

from openstack import exceptions

from cloud import CloudTest, command


class Subnets(CloudTest):
    def test_life(self):
        network = self.make("network", name="net")
        subnet = self.make(
            "subnet",
            network_id=network.id,
            name="life",
            description="short",
            ip_version=4,
            cidr="10.63.0.0/24",
            dns_nameservers=["10.63.0.2", "10.63.0.3"],
            host_routes=[{"destination": "10.64.0.0/16", "nexthop": "10.63.0.9"}],
            allocation_pools=[{"start": "10.63.0.10", "end": "10.63.0.20"}],
        )
        self.assertEqual((subnet.name, subnet.cidr, subnet.gateway_ip), ("life", "10.63.0.0/24", "10.63.0.1"))
        self.assertIs(subnet.is_dhcp_enabled, True)
        self.assertEqual(self.network.get_subnet(subnet.id).to_dict(), subnet.to_dict())
        self.assertEqual(self.network.find_subnet("life").id, subnet.id)
        self.assertEqual(self.network.get_network(network.id).subnet_ids, [subnet.id])
        changed = self.network.update_subnet(
            subnet.id,
            name="longer",
            is_dhcp_enabled=False,
            gateway_ip="10.63.0.254",
            dns_nameservers=["10.63.0.4"],
            host_routes=[],
            allocation_pools=[{"start": "10.63.0.10", "end": "10.63.0.30"}],
        )
        self.assertEqual((changed.name, changed.gateway_ip), ("longer", "10.63.0.254"))
        self.assertEqual((changed.dns_nameservers, changed.host_routes), (["10.63.0.4"], []))
        self.assertEqual(changed.allocation_pools, [{"start": "10.63.0.10", "end": "10.63.0.30"}])
        self.assertIs(changed.is_dhcp_enabled, False)
        self.assertGreater(changed.revision_number, subnet.revision_number)
        self.network.delete_subnet(subnet.id, ignore_missing=False)
        self.gone(self.network.get_subnet, subnet)

    def test_ipv6_modes(self):
        network = self.make("network", name="six")
        for number, mode in enumerate(["slaac", "dhcpv6-stateful", "dhcpv6-stateless"]):
            with self.subTest(mode):
                subnet = self.make(
                    "subnet",
                    network_id=network.id,
                    ip_version=6,
                    cidr=f"2001:db8:{number}::/64",
                    ipv6_address_mode=mode,
                    ipv6_ra_mode=mode,
                )
                self.assertEqual((subnet.ipv6_address_mode, subnet.ipv6_ra_mode), (mode, mode))
                # The address of the network itself, unlike IPv4.
                self.assertEqual(subnet.gateway_ip, "2001:db8::" if number == 0 else f"2001:db8:{number}::")
        listed = self.network.subnets(ip_version=6, ipv6_address_mode="slaac")
        self.assertEqual([each.cidr for each in listed], ["2001:db8::/64"])

    def test_slaac_addresses(self):
        network = self.make("network", name="six")
        subnet = self.make(
            "subnet",
            network_id=network.id,
            ip_version=6,
            cidr="2001:db8:5::/64",
            ipv6_address_mode="slaac",
            ipv6_ra_mode="slaac",
        )
        port = self.make("port", network_id=network.id, mac_address="fa:16:3e:12:34:56")
        self.assertEqual(port.fixed_ips, [{"subnet_id": subnet.id, "ip_address": "2001:db8:5:0:f816:3eff:fe12:3456"}])

    def test_without_gateway_and_service_types(self):
        network = self.make("network", name="net")
        subnet = self.make(
            "subnet",
            network_id=network.id,
            ip_version=4,
            cidr="10.65.0.0/28",
            gateway_ip=None,
            service_types=["network:floatingip"],
        )
        self.assertIsNone(subnet.gateway_ip)
        self.assertEqual(subnet.allocation_pools, [{"start": "10.65.0.1", "end": "10.65.0.14"}])
        self.assertEqual(subnet.service_types, ["network:floatingip"])
        changed = self.network.update_subnet(subnet.id, service_types=[])
        self.assertEqual(changed.service_types, [])

    def test_tags(self):
        _, subnet = self.make_network()
        self.check_tags(subnet, self.network.get_subnet, self.network.subnets)

    def test_pool_life(self):
        pool = self.make(
            "subnet_pool",
            name="pool",
            prefixes=["10.66.0.0/16"],
            default_prefix_length=26,
            minimum_prefix_length=24,
            maximum_prefix_length=28,
        )
        self.assertEqual((pool.name, pool.prefixes, pool.ip_version), ("pool", ["10.66.0.0/16"], 4))
        self.assertEqual(
            [
                int(each)
                for each in (pool.default_prefix_length, pool.minimum_prefix_length, pool.maximum_prefix_length)
            ],
            [26, 24, 28],
        )
        self.assertEqual(self.network.get_subnet_pool(pool.id).to_dict(), pool.to_dict())
        self.assertEqual(self.network.find_subnet_pool("pool").id, pool.id)
        changed = self.network.update_subnet_pool(pool.id, name="larger", prefixes=["10.66.0.0/16", "10.67.0.0/16"])
        self.assertEqual(changed.name, "larger")
        # Two halves that touch are one prefix.
        self.assertEqual(changed.prefixes, ["10.66.0.0/15"])
        self.check_tags(pool, self.network.get_subnet_pool, self.network.subnet_pools)
        self.network.delete_subnet_pool(pool.id, ignore_missing=False)
        self.gone(self.network.get_subnet_pool, pool)

    def test_subnets_from_a_pool(self):
        pool = self.make("subnet_pool", name="pool", prefixes=["10.68.0.0/24"], default_prefix_length=26)
        network = self.make("network", name="net")
        from_pool = {"network_id": network.id, "ip_version": 4, "subnet_pool_id": pool.id}
        first = self.make("subnet", **from_pool)
        self.assertEqual((first.cidr, first.subnet_pool_id), ("10.68.0.0/26", pool.id))
        second = self.make("subnet", prefix_length=25, **from_pool)
        self.assertEqual(second.cidr, "10.68.0.128/25")
        third = self.make("subnet", cidr="10.68.0.64/27", **from_pool)
        self.assertEqual(third.cidr, "10.68.0.64/27")
        self.refused(
            exceptions.ConflictException,
            "SubnetAllocationError",
            self.network.create_subnet,
            prefix_length=25,
            **from_pool,
        )
        self.refused(exceptions.BadRequestException, "SubnetPoolDeleteError", self.network.delete_subnet_pool, pool.id)
        self.assertEqual(
            {each.id for each in self.network.subnets(subnet_pool_id=pool.id)}, {first.id, second.id, third.id}
        )

    def test_command(self):
        command(
            "subnet", "pool", "create", "hand pool", "--pool-prefix", "10.69.0.0/16", "--default-prefix-length", "24"
        )
        command("network", "create", "subnet net")
        cidr = command(
            "subnet",
            "create",
            "hand subnet",
            "--network",
            "subnet net",
            "--subnet-pool",
            "hand pool",
            "--dns-nameserver",
            "10.69.0.3",
            "-f",
            "value",
            "-c",
            "cidr",
        )
        self.assertEqual(cidr, "10.69.0.0/24")
        command("subnet", "set", "hand subnet", "--no-dhcp", "--gateway", "none", "--tag", "hand")
        shown = command("subnet", "show", "hand subnet", "-f", "value", "-c", "enable_dhcp", "-c", "gateway_ip")
        self.assertEqual(shown.split(), ["False", "None"])
        command("subnet", "delete", "hand subnet")
        command("network", "delete", "subnet net")
        command("subnet", "pool", "delete", "hand pool")


if __name__ == "__main__":
    unittest.main()
