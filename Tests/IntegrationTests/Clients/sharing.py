"""Who sees and changes what: roles, other projects' resources, and networks shared by RBAC policies."""

import unittest

from openstack import exceptions

from cloud import CloudTest, command


class Sharing(CloudTest):
    def test_policy_life(self):
        owner, _ = self.make_user("owner", "member")
        guest, guests = self.make_user("guest", "member")
        network = owner.network.create_network(name="shared")
        self.addCleanup(self.network.delete_network, network)
        subnet = owner.network.create_subnet(network_id=network.id, ip_version=4, cidr="10.95.0.0/24")
        self.addCleanup(self.network.delete_subnet, subnet)
        self.gone(guest.network.get_network, network)
        policy = owner.network.create_rbac_policy(
            object_type="network", object_id=network.id, action="access_as_shared", target_project_id=guests.id
        )
        self.addCleanup(self.network.delete_rbac_policy, policy)
        self.assertEqual((policy.object_type, policy.object_id), ("network", network.id))
        self.assertEqual(owner.network.get_rbac_policy(policy.id).to_dict(), policy.to_dict())
        self.assertEqual([each.id for each in owner.network.rbac_policies(object_id=network.id)], [policy.id])
        self.refused(
            exceptions.ConflictException,
            "DuplicateRbacPolicy",
            owner.network.create_rbac_policy,
            object_type="network",
            object_id=network.id,
            action="access_as_shared",
            target_project_id=guests.id,
        )
        self.assertTrue(guest.network.get_network(network.id).is_shared)
        self.assertEqual([each.id for each in guest.network.networks(is_shared=True)], [network.id])
        self.assertEqual(guest.network.get_subnet(subnet.id).id, subnet.id)
        port = guest.network.create_port(network_id=network.id)
        self.addCleanup(self.network.delete_port, port)
        self.assertEqual(port.project_id, guests.id)
        self.refused(
            exceptions.ForbiddenException, "PolicyNotAuthorized", guest.network.update_network, network.id, name="mine"
        )
        self.refused(exceptions.ForbiddenException, "PolicyNotAuthorized", guest.network.delete_network, network.id)
        self.refused(exceptions.ConflictException, "RbacPolicyInUse", owner.network.delete_rbac_policy, policy.id)
        guest.network.delete_port(port, ignore_missing=False)
        owner.network.delete_rbac_policy(policy.id, ignore_missing=False)
        self.gone(owner.network.get_rbac_policy, policy)
        self.gone(guest.network.get_network, network)

    def test_what_another_project_has_is_not_there(self):
        owner, _ = self.make_user("owner", "member")
        other, _ = self.make_user("other", "member")
        network = owner.network.create_network(name="private")
        self.addCleanup(self.network.delete_network, network)
        subnet = owner.network.create_subnet(network_id=network.id, ip_version=4, cidr="10.96.0.0/24")
        self.addCleanup(self.network.delete_subnet, subnet)
        port = owner.network.create_port(network_id=network.id)
        self.addCleanup(self.network.delete_port, port)
        group = owner.network.create_security_group(name="private")
        self.addCleanup(self.network.delete_security_group, group)
        for resource, kind, error in [
            (network, "network", "NetworkNotFound"),
            (subnet, "subnet", "SubnetNotFound"),
            (port, "port", "PortNotFound"),
            (group, "security_group", "SecurityGroupNotFound"),
        ]:
            with self.subTest(kind):
                look = lambda verb: getattr(other.network, f"{verb}_{kind}")
                self.refused(exceptions.NotFoundException, error, look("get"), resource.id)
                self.refused(exceptions.NotFoundException, error, look("update"), resource.id, name="mine")
                self.refused(exceptions.NotFoundException, error, look("delete"), resource.id, ignore_missing=False)
                self.assertNotIn(resource.id, [each.id for each in getattr(other.network, f"{kind}s")()])
        self.refused(exceptions.NotFoundException, "NetworkNotFound", other.network.create_port, network_id=network.id)

    def test_readers_may_not_write(self):
        reader, project = self.make_user("reader", "reader")
        network = self.make("network", name="to read", project_id=project.id)
        self.assertEqual([each.id for each in reader.network.networks()], [network.id])
        for call, arguments in [
            (reader.network.create_network, {"name": "mine"}),
            (reader.network.update_network, {"network": network.id, "name": "mine"}),
            (reader.network.delete_network, {"network": network.id}),
            (reader.network.create_security_group, {"name": "mine"}),
        ]:
            with self.subTest(call.__name__):
                self.refused(exceptions.ForbiddenException, "PolicyNotAuthorized", call, **arguments)

    def test_what_only_an_administrator_may_say(self):
        member, _ = self.make_user("member", "member")
        for attributes in [
            {"provider_network_type": "local"},
            {"is_shared": True},
            {"is_router_external": True},
        ]:
            with self.subTest(attributes):
                self.refused(
                    exceptions.ForbiddenException, "PolicyNotAuthorized", member.network.create_network, **attributes
                )
        message = self.refused(
            exceptions.BadRequestException,
            "HTTPBadRequest",
            member.network.create_network,
            project_id=self.admin.current_project_id,
        )
        self.assertIn("requires admin privileges", message)

    def test_command(self):
        command("network", "create", "sharing net")
        policy = command(
            "network",
            "rbac",
            "create",
            "sharing net",
            "--type",
            "network",
            "--action",
            "access_as_shared",
            "--target-all-projects",
            "-f",
            "value",
            "-c",
            "ID",
        )
        self.assertEqual(command("network", "show", "sharing net", "-f", "value", "-c", "shared"), "True")
        command("network", "rbac", "delete", policy)
        self.assertEqual(command("network", "show", "sharing net", "-f", "value", "-c", "shared"), "False")
        command("network", "delete", "sharing net")


if __name__ == "__main__":
    unittest.main()
