"""What operators look after: agents, quotas, and the resources that there are none of."""

import unittest

from openstack import exceptions

from cloud import HOST, UNKNOWN, CloudTest, command


class Agents(CloudTest):
    def test_life(self):
        agents = list(self.network.agents())
        self.assertEqual([agent.host for agent in agents], [HOST])
        agent = self.network.get_agent(agents[0].id)
        self.assertEqual((agent.binary, agent.agent_type), ("neutron-linuxbridge-agent", "Linux bridge agent"))
        self.assertTrue(agent.is_alive and agent.is_admin_state_up)
        self.assertEqual([each.id for each in self.network.agents(host=HOST, is_alive=True)], [agent.id])
        self.assertEqual(list(self.network.agents(host="nowhere")), [])
        changed = self.network.update_agent(agent.id, is_admin_state_up=False, description="resting")
        self.assertEqual((changed.is_admin_state_up, changed.description), (False, "resting"))
        self.network.update_agent(agent.id, is_admin_state_up=True, description=None)
        self.assertEqual(
            command("network", "agent", "list", "-f", "value", "-c", "Host", "-c", "Alive"), f"{HOST} True"
        )
        self.network.delete_agent(agent.id, ignore_missing=False)
        # It lives, so it may have reported again already, as a new one.
        self.assertNotIn(agent.id, [each.id for each in self.network.agents()])
        self.refused(exceptions.NotFoundException, "AgentNotFound", self.network.get_agent, UNKNOWN)

    def test_members_see_none(self):
        member, _ = self.make_user("curious", "member")
        self.assertEqual(list(member.network.agents()), [])


class Quotas(CloudTest):
    DEFAULTS = {
        "networks": 100,
        "subnets": 100,
        "ports": 500,
        "subnet_pools": -1,
        "rbac_policies": 10,
        "security_groups": 10,
        "security_group_rules": 100,
    }

    def limits(self, quota):
        return {name: getattr(quota, name) for name in self.DEFAULTS}

    def test_life(self):
        _, project = self.make_user("limited", "member")
        self.assertEqual(self.limits(self.network.get_quota(project.id)), self.DEFAULTS)
        changed = self.network.update_quota(project.id, networks=1, ports=2)
        self.assertEqual(self.limits(changed), {**self.DEFAULTS, "networks": 1, "ports": 2})
        self.assertEqual(self.limits(self.network.get_quota_default(project.id)), self.DEFAULTS)
        self.assertIn(project.id, [quota.project_id for quota in self.network.quotas()])
        details = self.network.get_quota(project.id, details=True)
        self.assertEqual(details.networks, {"limit": 1, "used": 0, "reserved": 0})
        self.network.delete_quota(project.id, ignore_missing=False)
        self.assertEqual(self.limits(self.network.get_quota(project.id)), self.DEFAULTS)
        self.assertNotIn(project.id, [quota.project_id for quota in self.network.quotas()])

    def test_is_enforced(self):
        member, project = self.make_user("full", "member")
        self.network.update_quota(project.id, networks=1, subnets=1, ports=1, security_groups=1, security_group_rules=5)
        network = member.network.create_network(name="the one")
        self.addCleanup(self.network.delete_network, network)
        subnet = member.network.create_subnet(network_id=network.id, ip_version=4, cidr="10.90.0.0/24")
        self.addCleanup(self.network.delete_subnet, subnet)
        port = member.network.create_port(network_id=network.id)
        self.addCleanup(self.network.delete_port, port)
        for kind, attributes in [
            ("network", {}),
            ("subnet", {"network_id": network.id, "ip_version": 4, "cidr": "10.91.0.0/24"}),
            ("port", {"network_id": network.id}),
            ("security_group", {"name": "second"}),
        ]:
            with self.subTest(kind):
                message = self.refused(
                    exceptions.ConflictException, "OverQuota", getattr(member.network, f"create_{kind}"), **attributes
                )
                self.assertIn(kind, message)
        details = self.network.get_quota(project.id, details=True)
        self.assertEqual(details.ports, {"limit": 1, "used": 1, "reserved": 0})

    def test_members_may_not_raise_theirs(self):
        member, project = self.make_user("greedy", "member")
        self.assertEqual(member.network.get_quota(project.id).ports, 500)
        self.refused(
            exceptions.ForbiddenException, "PolicyNotAuthorized", member.network.update_quota, project.id, ports=1000
        )

    def test_command(self):
        _, project = self.make_user("asked", "member")
        command("quota", "set", "--ports", "7", project.id)
        self.assertEqual(self.network.get_quota(project.id).ports, 7)


class AbsentResources(CloudTest):
    """What clients look at although there is none: an honest answer."""

    def test_empty_lists_and_refusals(self):
        for path, member, kind in [
            ("routers", "router", "RouterNotFound"),
            ("floatingips", "floatingip", "FloatingIPNotFound"),
        ]:
            with self.subTest(path):
                self.assertEqual(self.network.get(f"/{path}").json(), {path: []})
                answer = self.network.get(f"/{path}/{UNKNOWN}")
                self.assertEqual((answer.status_code, answer.json()["NeutronError"]["type"]), (404, kind))
                answer = self.network.post(f"/{path}", json={member: {}})
                self.assertIn(answer.status_code, range(400, 500), answer.text)
                self.assertIn("message", answer.json()["NeutronError"])
        self.assertEqual(list(self.network.routers()), [])
        self.assertEqual(list(self.network.ips()), [])
        self.assertIsNone(self.network.find_router("nowhere"))


if __name__ == "__main__":
    unittest.main()
