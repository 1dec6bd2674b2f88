"""QoS policies and their bandwidth limits: their whole life, who has them, and the stock client's commands."""

from openstack import exceptions

from cloud import CloudTest, command


class QoS(CloudTest):
    def policy(self, **attributes):
        policy = self.network.create_qos_policy(**attributes)
        self.addCleanup(self.network.delete_qos_policy, policy.id, ignore_missing=True)
        return policy

    def test_life(self):
        policy = self.policy(name="life", description="short")
        self.assertEqual((policy.name, policy.description, policy.rules), ("life", "short", []))
        self.assertIs(policy.is_shared, False)
        self.assertIs(policy.is_default, False)
        self.assertEqual(self.network.find_qos_policy("life").id, policy.id)
        changed = self.network.update_qos_policy(policy.id, name="new life", is_shared=True)
        self.assertEqual((changed.name, changed.is_shared), ("new life", True))
        self.network.set_tags(changed, ["b", "a"])
        self.assertEqual(self.network.get_qos_policy(policy.id).tags, ["a", "b"])
        self.assertEqual([each.id for each in self.network.qos_policies(tags="a")], [policy.id])
        self.network.delete_qos_policy(policy.id, ignore_missing=False)
        self.gone(self.network.get_qos_policy, policy)

    def test_rules(self):
        policy = self.policy(name="limited")
        rule = self.network.create_qos_bandwidth_limit_rule(policy, max_kbps=3000, direction="ingress")
        self.assertEqual((rule.max_kbps, rule.max_burst_kbps, rule.direction), (3000, 0, "ingress"))
        rule = self.network.update_qos_bandwidth_limit_rule(rule, policy, max_burst_kbps=300)
        self.assertEqual(rule.max_burst_kbps, 300)
        listed = [each.id for each in self.network.qos_bandwidth_limit_rules(policy)]
        self.assertEqual(listed, [rule.id])
        self.assertEqual([each["id"] for each in self.network.get_qos_policy(policy.id).rules], [rule.id])
        with self.assertRaises(exceptions.ConflictException):
            self.network.create_qos_bandwidth_limit_rule(policy, max_kbps=1, direction="ingress")
        self.assertEqual([each.type for each in self.network.qos_rule_types()], ["bandwidth_limit"])
        self.assertEqual(self.network.get_qos_rule_type("bandwidth_limit").drivers[0]["name"], "linuxbridge")
        self.network.delete_qos_bandwidth_limit_rule(rule, policy, ignore_missing=False)
        self.assertEqual(list(self.network.qos_bandwidth_limit_rules(policy)), [])

    def test_ports_and_networks(self):
        policy = self.policy(name="taken")
        network = self.make("network", name="limited", qos_policy_id=policy.id)
        port = self.make("port", network_id=network.id)
        self.assertEqual((port.qos_policy_id, port.qos_network_policy_id), (None, policy.id))
        port = self.network.update_port(port.id, qos_policy_id=policy.id)
        self.assertEqual(port.qos_policy_id, policy.id)
        self.refused(
            exceptions.ConflictException, "QosPolicyInUse", self.network.delete_qos_policy, policy.id,
            ignore_missing=False,
        )
        self.network.update_port(port.id, qos_policy_id=None)
        self.network.update_network(network.id, qos_policy_id=None)
        self.network.delete_qos_policy(policy.id, ignore_missing=False)

    def test_stock_client(self):
        network = self.make("network", name="for-commands")
        port = self.make("port", network_id=network.id, name="for-commands")
        command("network", "qos", "policy", "create", "commanded", "--description", "by the client")
        policy = self.network.find_qos_policy("commanded", ignore_missing=False)
        self.addCleanup(self.network.delete_qos_policy, policy.id, ignore_missing=True)
        command(
            *("network", "qos", "rule", "create", "commanded", "--type", "bandwidth-limit"),
            *("--max-kbps", "2000", "--max-burst-kbits", "200", "--ingress"),
        )
        (rule,) = self.network.get_qos_policy(policy.id).rules
        self.assertEqual((rule["max_kbps"], rule["max_burst_kbps"], rule["direction"]), (2000, 200, "ingress"))
        command("network", "qos", "rule", "set", "commanded", rule["id"], "--max-kbps", "1000", "--egress")
        (rule,) = self.network.get_qos_policy(policy.id).rules
        self.assertEqual((rule["max_kbps"], rule["direction"]), (1000, "egress"))
        self.assertIn("bandwidth_limit", command("network", "qos", "rule", "type", "list"))
        command("port", "set", "--qos-policy", "commanded", port.id)
        self.assertEqual(self.network.get_port(port.id).qos_policy_id, policy.id)
        command("port", "unset", "--qos-policy", port.id)
        self.assertIsNone(self.network.get_port(port.id).qos_policy_id)
        command("network", "set", "--qos-policy", "commanded", network.id)
        self.assertEqual(self.network.get_port(port.id).qos_network_policy_id, policy.id)
        command("network", "set", "--no-qos-policy", network.id)
        command("network", "qos", "rule", "delete", "commanded", rule["id"])
        command("network", "qos", "policy", "delete", "commanded")
        self.gone(self.network.get_qos_policy, policy)
