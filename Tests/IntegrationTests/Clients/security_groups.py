"""The whole life of security groups and of their rules."""

import unittest

from openstack import exceptions

from cloud import CloudTest, command


class SecurityGroups(CloudTest):
    def test_life(self):
        group = self.make("security_group", name="life", description="short")
        self.assertEqual((group.name, group.description), ("life", "short"))
        self.assertIs(group.stateful, True)
        self.assertEqual(
            sorted(
                (rule["ethertype"], rule["direction"], rule["remote_ip_prefix"]) for rule in group.security_group_rules
            ),
            [("IPv4", "egress", None), ("IPv6", "egress", None)],
        )
        self.assertEqual(self.network.get_security_group(group.id).id, group.id)
        self.assertEqual(self.network.find_security_group("life").id, group.id)
        changed = self.network.update_security_group(group.id, name="longer", description="", stateful=False)
        self.assertEqual((changed.name, changed.description, changed.stateful), ("longer", "", False))
        self.assertGreater(changed.revision_number, group.revision_number)
        self.check_tags(group, self.network.get_security_group, self.network.security_groups)
        self.network.delete_security_group(group.id, ignore_missing=False)
        self.gone(self.network.get_security_group, group)

    def test_default_group(self):
        member, project = self.make_user("grouped", "member")
        groups = list(member.network.security_groups())
        self.assertEqual([group.name for group in groups], ["default"])
        rules = sorted(
            (rule["ethertype"], rule["direction"], rule["remote_group_id"] == groups[0].id)
            for rule in groups[0].security_group_rules
        )
        self.assertEqual(
            rules,
            [
                ("IPv4", "egress", False),
                ("IPv4", "ingress", True),
                ("IPv6", "egress", False),
                ("IPv6", "ingress", True),
            ],
        )
        self.refused(
            exceptions.ConflictException,
            "SecurityGroupCannotRemoveDefault",
            member.network.delete_security_group,
            groups[0].id,
        )
        self.refused(
            exceptions.ConflictException,
            "SecurityGroupDefaultAlreadyExists",
            member.network.create_security_group,
            name="default",
        )
        self.assertEqual(groups[0].project_id, project.id)

    def test_rules(self):
        group = self.make("security_group", name="rules")
        other = self.make("security_group", name="others")
        for sent, shown in [
            (
                {"protocol": "tcp", "port_range_min": 22, "port_range_max": 23, "remote_ip_prefix": "10.0.0.1/8"},
                {"protocol": "tcp", "port_range_min": 22, "port_range_max": 23, "remote_ip_prefix": "10.0.0.1/8"},
            ),
            ({"protocol": "udp", "remote_group_id": other.id}, {"protocol": "udp", "remote_group_id": other.id}),
            ({"protocol": 47}, {"protocol": "47"}),
            (
                {"protocol": "icmp", "port_range_min": 8, "port_range_max": 0},
                {"port_range_min": 8, "port_range_max": 0},
            ),
            (
                {"protocol": "ipv6-icmp", "ether_type": "IPv6", "port_range_min": 128},
                {"ether_type": "IPv6", "port_range_min": 128, "port_range_max": None},
            ),
            ({"direction": "egress", "ether_type": "IPv6", "protocol": "sctp"}, {"direction": "egress"}),
            ({}, {"protocol": None, "ether_type": "IPv4", "remote_ip_prefix": None, "remote_group_id": None}),
        ]:
            with self.subTest(sent):
                rule = self.network.create_security_group_rule(
                    security_group_id=group.id, **{"direction": "ingress", **sent}
                )
                self.assertEqual({name: getattr(rule, name) for name in shown}, shown)
                self.assertEqual(self.network.get_security_group_rule(rule.id).to_dict(), rule.to_dict())
                self.refused(
                    exceptions.ConflictException,
                    "SecurityGroupRuleExists",
                    self.network.create_security_group_rule,
                    security_group_id=group.id,
                    **{"direction": "ingress", **sent},
                )
        listed = list(self.network.security_group_rules(security_group_id=group.id, direction="ingress"))
        self.assertEqual(len(listed), 6)
        self.assertEqual(len(list(self.network.security_group_rules(security_group_id=group.id, protocol="tcp"))), 1)
        # Terraform's delete_default_rules.
        for rule in self.network.get_security_group(group.id).security_group_rules:
            self.network.delete_security_group_rule(rule["id"], ignore_missing=False)
        self.assertEqual(self.network.get_security_group(group.id).security_group_rules, [])
        self.gone(self.network.get_security_group_rule, listed[0])

    def test_wrong_rules(self):
        group = self.make("security_group", name="wrong")
        for sent, error, kind in [
            (
                {"port_range_min": 1, "port_range_max": 2},
                exceptions.BadRequestException,
                "SecurityGroupProtocolRequiredWithPorts",
            ),
            ({"protocol": "nonsense"}, exceptions.BadRequestException, "SecurityGroupRuleInvalidProtocol"),
            (
                {"protocol": "tcp", "port_range_min": 9, "port_range_max": 8},
                exceptions.BadRequestException,
                "SecurityGroupInvalidPortRange",
            ),
            ({"protocol": "icmp", "port_range_max": 0}, exceptions.BadRequestException, "SecurityGroupMissingIcmpType"),
            (
                {"protocol": "icmp", "port_range_min": 256},
                exceptions.BadRequestException,
                "SecurityGroupInvalidIcmpValue",
            ),
            (
                {"remote_ip_prefix": "2001:db8::/32"},
                exceptions.BadRequestException,
                "SecurityGroupRuleParameterConflict",
            ),
            (
                {"remote_ip_prefix": "0.0.0.0/0", "remote_group_id": group.id},
                exceptions.BadRequestException,
                "SecurityGroupMultipleRemoteEntites",
            ),
            (
                {"remote_group_id": "83518c18-7e74-4c29-ac04-1d537787ae27"},
                exceptions.NotFoundException,
                "SecurityGroupNotFound",
            ),
        ]:
            with self.subTest(sent):
                self.refused(
                    error,
                    kind,
                    self.network.create_security_group_rule,
                    security_group_id=group.id,
                    direction="ingress",
                    **sent,
                )

    def test_bulk_rules(self):
        group = self.make("security_group", name="bulk")
        wanted = [
            {
                "security_group_id": group.id,
                "direction": "ingress",
                "protocol": "tcp",
                "port_range_min": port,
                "port_range_max": port,
            }
            for port in (80, 443)
        ]
        made = list(self.network.create_security_group_rules(wanted))
        self.assertEqual(sorted(rule.port_range_min for rule in made), [80, 443])

    def test_command(self):
        command("security", "group", "create", "hand", "--description", "of the command")
        rule = command(
            "security",
            "group",
            "rule",
            "create",
            "hand",
            "--protocol",
            "tcp",
            "--dst-port",
            "80:90",
            "--remote-ip",
            "192.0.2.0/24",
            "-f",
            "value",
            "-c",
            "id",
        )
        self.assertIn(rule, command("security", "group", "rule", "list", "hand", "-f", "value", "-c", "ID").split())
        command("security", "group", "set", "hand", "--name", "other", "--stateless")
        self.assertEqual(command("security", "group", "show", "other", "-f", "value", "-c", "stateful"), "False")
        command("security", "group", "rule", "delete", rule)
        command("security", "group", "delete", "other")


if __name__ == "__main__":
    unittest.main()
