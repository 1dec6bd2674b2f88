"""Wrong requests, with the exception that the SDK makes of each and the error type and wording behind it."""

import unittest

from openstack import exceptions

from cloud import UNKNOWN, CloudTest

WRONG = exceptions.BadRequestException
MISSING = exceptions.NotFoundException
TAKEN = exceptions.ConflictException
FORBIDDEN = exceptions.ForbiddenException


class Refusals(CloudTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make = cls.network
        cls.net = make.create_network(name="net", provider_network_type="local")
        cls.subnet = make.create_subnet(network_id=cls.net.id, ip_version=4, cidr="10.99.0.0/29")
        cls.port = make.create_port(
            network_id=cls.net.id, mac_address="fa:16:3e:00:99:01", fixed_ips=[{"ip_address": "10.99.0.4"}]
        )
        cls.addClassCleanup(make.delete_network, cls.net.id)
        cls.addClassCleanup(make.delete_subnet, cls.subnet.id)
        cls.addClassCleanup(make.delete_port, cls.port.id)

    def cases(self):
        """Each: what the SDK raises, the Networking service's type, a part of its message, the call."""
        of, net, subnet, port = self.network, self.net.id, self.subnet.id, self.port.id
        four = {"network_id": net, "ip_version": 4}
        yield MISSING, "NetworkNotFound", f"Network {UNKNOWN} could not be found", of.get_network, {"network": UNKNOWN}
        yield MISSING, "SubnetNotFound", f"Subnet {UNKNOWN} could not be found", of.get_subnet, {"subnet": UNKNOWN}
        yield MISSING, "PortNotFound", f"Port {UNKNOWN} could not be found", of.get_port, {"port": UNKNOWN}
        yield MISSING, "SubnetPoolNotFound", UNKNOWN, of.get_subnet_pool, {"subnet_pool": UNKNOWN}
        yield MISSING, "SecurityGroupNotFound", UNKNOWN, of.get_security_group, {"security_group": UNKNOWN}
        yield MISSING, "SecurityGroupRuleNotFound", UNKNOWN, of.get_security_group_rule, {
            "security_group_rule": UNKNOWN
        }
        yield MISSING, "RbacPolicyNotFound", UNKNOWN, of.get_rbac_policy, {"rbac_policy": UNKNOWN}
        yield MISSING, "NetworkNotFound", UNKNOWN, of.create_port, {"network_id": UNKNOWN}
        yield MISSING, "NetworkNotFound", UNKNOWN, of.create_subnet, {
            **four,
            "network_id": UNKNOWN,
            "cidr": "10.1.0.0/24",
        }
        yield TAKEN, "NetworkInUse", f"Unable to complete operation on network {net}", of.delete_network, {
            "network": net
        }
        yield TAKEN, "SubnetInUse", f"Unable to complete operation on subnet {subnet}", of.delete_subnet, {
            "subnet": subnet
        }
        yield TAKEN, "MacAddressInUse", "fa:16:3e:00:99:01", of.create_port, {
            "network_id": net,
            "mac_address": "fa:16:3e:00:99:01",
        }
        yield TAKEN, "IpAddressAlreadyAllocated", "10.99.0.4", of.create_port, {
            "network_id": net,
            "fixed_ips": [{"subnet_id": subnet, "ip_address": "10.99.0.4"}],
        }
        yield WRONG, "InvalidIpForNetwork", "192.0.2.1", of.create_port, {
            "network_id": net,
            "fixed_ips": [{"ip_address": "192.0.2.1"}],
        }
        yield WRONG, "InvalidIpForSubnet", "192.0.2.1", of.create_port, {
            "network_id": net,
            "fixed_ips": [{"subnet_id": subnet, "ip_address": "192.0.2.1"}],
        }
        yield WRONG, "InvalidInput", "overlap", of.create_subnet, {**four, "cidr": "10.99.0.0/28"}
        yield WRONG, "InvalidInput", "is not in a CIDR format", of.create_subnet, {**four, "cidr": "10.99.0.0/99"}
        yield WRONG, "HTTPBadRequest", "Invalid input for mac_address", of.create_port, {
            "network_id": net,
            "mac_address": "not one",
        }
        yield WRONG, "HTTPBadRequest", "Unrecognized attribute(s) 'nonsense'", of.create_network, {"nonsense": 1}
        yield WRONG, "HTTPBadRequest", "'network_id' not specified", of.create_port, {"name": "without a network"}
        yield WRONG, "InvalidInput", "bogus", of.create_network, {"provider_network_type": "bogus"}
        yield TAKEN, "GatewayConflictWithAllocationPools", "10.98.0.5", of.create_subnet, {
            **four,
            "cidr": "10.98.0.0/24",
            "gateway_ip": "10.98.0.5",
            "allocation_pools": [{"start": "10.98.0.2", "end": "10.98.0.9"}],
        }
        yield WRONG, "OutOfBoundsAllocationPool", "10.98.1.2", of.create_subnet, {
            **four,
            "cidr": "10.98.0.0/24",
            "allocation_pools": [{"start": "10.98.1.2", "end": "10.98.1.9"}],
        }
        yield exceptions.PreconditionFailedException, "RevisionNumberConstraintFailed", "99", of.update_port, {
            "port": port,
            "if_revision": 99,
            "name": "x",
        }

    def test_each(self):
        for error, kind, wording, call, arguments in self.cases():
            with self.subTest(f"{call.__name__} {arguments}"):
                if call.__name__.startswith("delete"):
                    arguments = {**arguments, "ignore_missing": False}
                self.assertIn(wording, self.refused(error, kind, call, **arguments))

    def test_an_exhausted_subnet(self):
        ports = []
        try:
            with self.assertRaises(exceptions.ConflictException) as caught:
                for _ in range(8):
                    ports.append(self.network.create_port(network_id=self.net.id))
            self.assertEqual(caught.exception.response.json()["NeutronError"]["type"], "IpAddressGenerationFailure")
            # .1 is the gateway, .4 was taken before.
            self.assertEqual(len(ports), 4)
        finally:
            for port in ports:
                self.network.delete_port(port)

    def test_forbidden(self):
        member, _ = self.make_user("member", "member")
        for call, arguments in [
            (member.network.create_network, {"provider_network_type": "local"}),
            (member.network.update_quota, {"quota": self.admin.current_project_id, "ports": 1}),
        ]:
            with self.subTest(call.__name__):
                self.assertIn("disallowed by policy", self.refused(FORBIDDEN, "PolicyNotAuthorized", call, **arguments))

    def test_what_the_service_says_is_what_the_user_reads(self):
        with self.assertRaises(MISSING) as caught:
            self.network.get_port(UNKNOWN)
        self.assertIn(f"Port {UNKNOWN} could not be found.", str(caught.exception))

    def test_methods_and_paths_that_are_not_served(self):
        for method, path, status in [
            ("PUT", "/networks", 405),
            ("DELETE", "/ports", 405),
            ("GET", "/nonsense", 404),
            ("GET", f"/ports/{UNKNOWN}/nonsense", 404),
        ]:
            with self.subTest(f"{method} {path}"):
                answer = self.network.request(path, method)
                self.assertEqual(answer.status_code, status, answer.text)
                self.assertIn("message", answer.json()["NeutronError"])


if __name__ == "__main__":
    unittest.main()
