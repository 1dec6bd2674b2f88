"""The whole life of what the Identity service keeps, and every way to log in."""

import unittest

import openstack
from keystoneauth1 import exceptions as refusals
from openstack import exceptions

from cloud import UNKNOWN, CloudTest, command, log_in

PASSWORD = "a secret of nobody"


class IdentityTest(CloudTest):
    def keep(self, kind, **attributes):
        """Creates a resource of the Identity service, and deletes it after the test."""
        resource = getattr(self.identity, f"create_{kind}")(**attributes)
        self.addCleanup(getattr(self.identity, f"delete_{kind}"), resource.id, ignore_missing=True)
        return resource

    def turned_down(self, error, status, call, *arguments, **attributes):
        """Expects one of the SDK's exceptions with Keystone's error body behind it."""
        with self.assertRaises(exceptions.HttpException) as caught:
            call(*arguments, **attributes)
        answer = caught.exception.response
        self.assertIs(type(caught.exception), error, f"{answer.status_code} {answer.text}")
        self.assertEqual(answer.json()["error"]["code"], status)
        self.assertTrue(answer.json()["error"]["message"] and answer.json()["error"]["title"])
        self.assertTrue(answer.headers["x-openstack-request-id"].startswith("req-"))


class Resources(IdentityTest):
    def test_project_life(self):
        project = self.keep("project", name="life", description="short", domain_id="default", is_enabled=True)
        self.assertEqual((project.name, project.description, project.domain_id), ("life", "short", "default"))
        self.assertEqual(self.identity.get_project(project.id).to_dict(), project.to_dict())
        self.assertEqual(self.identity.find_project("life").id, project.id)
        changed = self.identity.update_project(project.id, name="longer", description="", is_enabled=False)
        self.assertEqual((changed.name, changed.description, changed.is_enabled), ("longer", "", False))
        self.assertEqual([each.id for each in self.identity.projects(name="longer")], [project.id])
        self.assertNotIn(project.id, [each.id for each in self.identity.projects(is_enabled=True)])
        self.turned_down(
            exceptions.ConflictException, 409, self.identity.create_project, name="longer", domain_id="default"
        )
        self.identity.delete_project(project.id, ignore_missing=False)
        self.gone(self.identity.get_project, project)

    def test_user_life(self):
        project = self.keep("project", name="home", domain_id="default")
        user = self.keep(
            "user",
            name="life",
            password=PASSWORD,
            email="life@example.org",
            description="short",
            domain_id="default",
            default_project_id=project.id,
        )
        self.assertEqual((user.name, user.email, user.default_project_id), ("life", "life@example.org", project.id))
        self.assertTrue(user.is_enabled)
        shown = self.identity.get("/users/" + user.id).json()["user"]
        self.assertNotIn("password", shown)
        self.assertEqual(self.identity.find_user("life").id, user.id)
        changed = self.identity.update_user(user.id, name="longer", email="other@example.org", is_enabled=False)
        self.assertEqual((changed.name, changed.email, changed.is_enabled), ("longer", "other@example.org", False))
        self.assertEqual([each.id for each in self.identity.users(name="longer")], [user.id])
        self.turned_down(
            exceptions.ConflictException, 409, self.identity.create_user, name="longer", domain_id="default"
        )
        self.identity.delete_user(user.id, ignore_missing=False)
        self.gone(self.identity.get_user, user)

    def test_domain_life(self):
        domain = self.keep("domain", name="life", description="short", is_enabled=True)
        self.assertEqual(self.identity.get_domain(domain.id).to_dict(), domain.to_dict())
        self.assertEqual(self.identity.find_domain("life").id, domain.id)
        inside = self.keep("project", name="inside", domain_id=domain.id)
        self.assertEqual([each.id for each in self.identity.projects(domain_id=domain.id)], [inside.id])
        # The same name in two domains.
        self.keep("project", name="inside", domain_id="default")
        self.turned_down(
            exceptions.ForbiddenException, 403, self.identity.delete_domain, domain.id, ignore_missing=False
        )
        changed = self.identity.update_domain(domain.id, name="longer", is_enabled=False)
        self.assertEqual((changed.name, changed.is_enabled), ("longer", False))
        self.identity.delete_domain(domain.id, ignore_missing=False)
        self.gone(self.identity.get_domain, domain)
        self.gone(self.identity.get_project, inside)

    def test_role_life(self):
        role = self.keep("role", name="life")
        self.assertEqual(self.identity.get_role(role.id).to_dict(), role.to_dict())
        self.assertEqual(self.identity.find_role("life").id, role.id)
        self.assertEqual(self.identity.update_role(role.id, name="longer").name, "longer")
        self.assertIn("longer", [each.name for each in self.identity.roles()])
        self.turned_down(exceptions.ConflictException, 409, self.identity.create_role, name="longer")
        self.identity.delete_role(role.id, ignore_missing=False)
        self.gone(self.identity.get_role, role)

    def test_group_life(self):
        group = self.keep("group", name="life", description="short", domain_id="default")
        user = self.keep("user", name="grouped", domain_id="default")
        self.assertEqual(self.identity.get_group(group.id).to_dict(), group.to_dict())
        self.assertEqual(self.identity.find_group("life").id, group.id)
        self.assertFalse(self.identity.check_user_in_group(user, group))
        self.identity.add_user_to_group(user, group)
        self.assertTrue(self.identity.check_user_in_group(user, group))
        self.assertEqual([each.id for each in self.identity.group_users(group)], [user.id])
        self.assertEqual([each.id for each in self.identity.user_groups(user)], [group.id])
        self.identity.remove_user_from_group(user, group)
        self.assertEqual(list(self.identity.group_users(group)), [])
        self.assertEqual(self.identity.update_group(group.id, name="longer").name, "longer")
        self.identity.delete_group(group.id, ignore_missing=False)
        self.gone(self.identity.get_group, group)

    def test_service_and_endpoint_life(self):
        service = self.keep("service", name="life", type="block-storage", description="short")
        self.assertEqual(self.identity.get_service(service.id).to_dict(), service.to_dict())
        self.assertEqual(self.identity.find_service("life").id, service.id)
        region = self.keep("region", id="RegionTwo", description="the other one")
        self.assertEqual(self.identity.get_region(region.id).description, "the other one")
        self.assertEqual(self.identity.update_region(region.id, description="new").description, "new")
        endpoint = self.keep(
            "endpoint", service_id=service.id, interface="public", url="http://192.0.2.1/v3", region_id=region.id
        )
        self.assertEqual((endpoint.interface, endpoint.url), ("public", "http://192.0.2.1/v3"))
        self.assertEqual(self.identity.get_endpoint(endpoint.id).to_dict(), endpoint.to_dict())
        self.assertEqual([each.id for each in self.identity.endpoints(service_id=service.id)], [endpoint.id])
        # The catalog of a new token has it.
        fresh = openstack.connect(cloud="plugboard")
        catalog = fresh.session.auth.get_access(fresh.session).service_catalog
        self.assertEqual(
            catalog.url_for(service_type="block-storage", region_name="RegionTwo", interface="public"),
            "http://192.0.2.1/v3",
        )
        self.assertEqual(
            self.identity.update_endpoint(endpoint.id, url="http://192.0.2.2/v3").url, "http://192.0.2.2/v3"
        )
        self.assertEqual(self.identity.update_service(service.id, name="longer", is_enabled=False).name, "longer")
        self.identity.delete_endpoint(endpoint.id, ignore_missing=False)
        self.gone(self.identity.get_endpoint, endpoint)
        self.identity.delete_service(service.id, ignore_missing=False)
        self.gone(self.identity.get_service, service)
        self.identity.delete_region(region.id, ignore_missing=False)
        self.gone(self.identity.get_region, region)


class Assignments(IdentityTest):
    def test_roles_of_users_and_groups(self):
        project = self.keep("project", name="assigned", domain_id="default")
        domain = self.keep("domain", name="assigned", is_enabled=True)
        self.addCleanup(self.identity.update_domain, domain.id, is_enabled=False)
        holders = {
            "user": self.keep("user", name="holder", domain_id="default"),
            "group": self.keep("group", name="holders", domain_id="default"),
        }
        role = self.identity.find_role("member")
        for kind, holder in holders.items():
            for scope, place in [("project", project), ("domain", domain), ("system", "all")]:
                with self.subTest(kind=kind, scope=scope):
                    arguments = (holder, role, place) if scope == "system" else (place, holder, role)
                    do = lambda verb: getattr(self.identity, verb)(*arguments)
                    self.assertFalse(do(f"validate_{kind}_has_{scope}_role"))
                    do(f"assign_{scope}_role_to_{kind}")
                    self.assertTrue(do(f"validate_{kind}_has_{scope}_role"))
                    assigned = list(self.identity.role_assignments(**{f"{kind}_id": holder.id}))
                    self.assertEqual([each.role["id"] for each in assigned], [role.id])
                    self.assertEqual(list(assigned[0].scope), [scope])
                    do(f"unassign_{scope}_role_from_{kind}")
                    self.assertFalse(do(f"validate_{kind}_has_{scope}_role"))
        self.assertEqual(list(self.identity.role_assignments(user_id=holders["user"].id)), [])

    def test_roles_through_a_group(self):
        project = self.keep("project", name="through", domain_id="default")
        user = self.keep("user", name="through", password=PASSWORD, domain_id="default")
        group = self.keep("group", name="through", domain_id="default")
        self.identity.add_user_to_group(user, group)
        self.identity.assign_project_role_to_group(project, group, self.identity.find_role("member"))
        member = log_in(user_id=user.id, password=PASSWORD, project_id=project.id)
        self.assertEqual(list(member.network.networks()), [])
        access = member.session.auth.get_access(member.session)
        # Members are readers, too.
        self.assertEqual(sorted(access.role_names), ["member", "reader"])


class Tokens(IdentityTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.log_someone_in()
        cls.project = cls.identity.create_project(name="tokens", domain_id="default")
        cls.addClassCleanup(cls.identity.delete_project, cls.project)
        member = cls.identity.find_role("member")
        cls.identity.assign_project_role_to_user(cls.project, cls.someone, member)
        cls.identity.assign_domain_role_to_user("default", cls.someone, member)
        cls.identity.assign_system_role_to_user(cls.someone, member, "all")

    def access(self, **auth):
        connection = log_in(auth_type="v3token", token=self.token, **auth)
        return connection.session.auth.get_access(connection.session)

    def test_scopes(self):
        unscoped = self.access(unscoped=True)
        self.assertFalse(unscoped.scoped or unscoped.has_service_catalog())
        project = self.access(project_id=self.project.id)
        self.assertTrue(project.project_scoped)
        self.assertEqual((project.project_id, project.project_name), (self.project.id, "tokens"))
        domain = self.access(domain_id="default")
        self.assertTrue(domain.domain_scoped)
        self.assertEqual(domain.domain_name, "Default")
        system = self.access(system_scope="all")
        self.assertTrue(system.system_scoped)
        for access in [project, domain, system]:
            self.assertEqual(sorted(access.role_names), ["member", "reader"])
            for kind, port in [("identity", 5000), ("compute", 8774), ("image", 9292), ("network", 9696)]:
                for interface in ["public", "internal", "admin"]:
                    url = access.service_catalog.url_for(
                        service_type=kind, interface=interface, region_name="RegionOne"
                    )
                    self.assertIn(f":{port}", url, f"{kind} {interface}")

    def test_where_there_is_no_role(self):
        other = self.keep("project", name="closed", domain_id="default")
        with self.assertRaises(refusals.Unauthorized):
            self.access(project_id=other.id)

    def test_wrong_password_and_unknown_user(self):
        for auth in [{"user_id": self.someone.id}, {"username": "nobody at all", "user_domain_id": "default"}]:
            with self.assertRaises(refusals.Unauthorized) as caught:
                log_in(password="wrong", project_id=self.project.id, **auth).auth_token
            self.assertIn("The request you have made requires authentication", str(caught.exception))

    def test_check_and_revoke(self):
        token = log_in(auth_type="v3token", token=self.token, project_id=self.project.id).auth_token
        shown = self.identity.get("/auth/tokens", headers={"X-Subject-Token": token})
        self.assertEqual(shown.json()["token"]["user"]["id"], self.someone.id)
        self.assertEqual(self.identity.head("/auth/tokens", headers={"X-Subject-Token": token}).status_code, 200)
        used = self.network.get("/networks", headers={"X-Auth-Token": token}, authenticated=False)
        self.assertEqual(used.status_code, 200)
        self.assertEqual(self.identity.delete("/auth/tokens", headers={"X-Subject-Token": token}).status_code, 204)
        self.assertEqual(self.identity.get("/auth/tokens", headers={"X-Subject-Token": token}).status_code, 404)
        used = self.network.get("/networks", headers={"X-Auth-Token": token}, authenticated=False)
        self.assertEqual(used.status_code, 401)
        # The token that it was made from goes on.
        self.access(project_id=self.project.id)

    def test_application_credential_life(self):
        mine = log_in(auth_type="v3token", token=self.token, project_id=self.project.id)
        credential = mine.identity.create_application_credential(self.someone, "robot", description="short")
        self.assertEqual((credential.name, credential.project_id), ("robot", self.project.id))
        self.assertEqual(sorted(role["name"] for role in credential.roles), ["member", "reader"])
        self.assertTrue(credential.secret)
        shown = mine.identity.get_application_credential(self.someone, credential.id)
        self.assertEqual((shown.name, shown.secret), ("robot", None))
        listed = [each.id for each in mine.identity.application_credentials(self.someone)]
        self.assertEqual(listed, [credential.id])
        robot = log_in(
            auth_type="v3applicationcredential",
            application_credential_id=credential.id,
            application_credential_secret=credential.secret,
        )
        self.assertEqual(list(robot.network.networks()), [])
        self.assertEqual(robot.current_project_id, self.project.id)
        mine.identity.delete_application_credential(self.someone, credential.id, ignore_missing=False)
        self.assertEqual(list(mine.identity.application_credentials(self.someone)), [])
        with self.assertRaises(refusals.Unauthorized):
            log_in(
                auth_type="v3applicationcredential",
                application_credential_id=credential.id,
                application_credential_secret=credential.secret,
            ).auth_token


class Rules(IdentityTest):
    def test_members_may_not(self):
        member, project = self.make_user("member", "member")
        for call, attributes in [
            (member.identity.create_project, {"name": "mine"}),
            (member.identity.create_user, {"name": "mine"}),
            (member.identity.create_role, {"name": "mine"}),
            (member.identity.create_service, {"name": "mine", "type": "mine"}),
            (member.identity.delete_project, {"project": project.id}),
        ]:
            with self.subTest(call.__name__):
                self.turned_down(exceptions.ForbiddenException, 403, call, **attributes)

    def test_what_is_not_there(self):
        for get in ["get_project", "get_user", "get_role", "get_group", "get_domain", "get_service", "get_endpoint"]:
            with self.subTest(get):
                self.turned_down(
                    exceptions.NotFoundException, 404, getattr(self.identity, get), UNKNOWN.replace("-", "")
                )

    def test_command(self):
        command("project", "create", "hand project", "--description", "of the command")
        command("user", "create", "hand user", "--password", PASSWORD, "--project", "hand project")
        command("role", "add", "--project", "hand project", "--user", "hand user", "member")
        assigned = command("role", "assignment", "list", "--user", "hand user", "--names", "-f", "value", "-c", "Role")
        self.assertEqual(assigned, "member")
        command("role", "remove", "--project", "hand project", "--user", "hand user", "member")
        command("user", "delete", "hand user")
        command("project", "delete", "hand project")
        self.assertIn("identity", command("catalog", "list", "-f", "value", "-c", "Type").split())


if __name__ == "__main__":
    unittest.main()
