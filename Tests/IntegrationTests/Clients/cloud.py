"""What the scripts of this folder share: the clouds they talk to, and what they expect of a refusal.

Each script is a module of unittest cases for one area of the API. The Swift tests run it in a namespace where the real
server listens, with OS_CLIENT_CONFIG_FILE naming the clouds.yaml that the server wrote, and show what it prints when it
fails.
"""

import contextlib
import functools
import io
import os
import unittest
import uuid
from unittest import mock

import openstack
from openstack import exceptions
from openstackclient import shell

HOST = "compute1"
UNKNOWN = "83518c18-7e74-4c29-ac04-1d537787ae27"


def log_in(**auth):
    """A connection with other credentials than those of clouds.yaml, to the same cloud."""
    config = openstack.config.OpenStackConfig().get_one("plugboard").config["auth"]
    auth_type = auth.pop("auth_type", "v3password")
    return openstack.connect(
        load_yaml_config=False,
        load_envvars=False,
        auth_type=auth_type,
        auth={"auth_url": config["auth_url"], **auth},
        region_name="RegionOne",
        identity_api_version="3",
    )


@functools.cache
def administrator():
    return openstack.connect(cloud="plugboard")


class CloudTest(unittest.TestCase):
    """A test with the administrator's connection. What it creates is removed in the opposite order, whatever happens."""

    maxDiff = None
    someone = None

    @classmethod
    def setUpClass(cls):
        cls.admin = administrator()
        cls.network = cls.admin.network
        cls.identity = cls.admin.identity

    def refused(self, error, kind, call, *arguments, **attributes):
        """Expects one of the SDK's exceptions, and behind it an error of this type of the Networking service.

        Returns the message, for whoever wants to read on.
        """
        with self.assertRaises(exceptions.HttpException) as caught:
            call(*arguments, **attributes)
        answer = caught.exception.response
        self.assertIs(type(caught.exception), error, f"{answer.status_code} {answer.text}")
        self.assertTrue(answer.headers["x-openstack-request-id"].startswith("req-"))
        body = answer.json()["NeutronError"]
        self.assertEqual(sorted(body), ["detail", "message", "type"])
        self.assertEqual(body["type"], kind, body["message"])
        return body["message"]

    def gone(self, get, resource):
        """Expects that a resource cannot be found any more."""
        with self.assertRaises(exceptions.NotFoundException):
            get(resource.id)

    def make(self, kind, **attributes):
        """Creates a resource of the Networking service, and deletes it after the test if the test has not."""
        resource = getattr(self.network, f"create_{kind}")(**attributes)
        self.addCleanup(getattr(self.network, f"delete_{kind}"), resource.id, ignore_missing=True)
        return resource

    def make_network(self, cidr="10.61.0.0/24", **attributes):
        """A network with a subnet."""
        network = self.make("network", **{"name": "net", **attributes})
        version = 6 if ":" in cidr else 4
        return network, self.make("subnet", network_id=network.id, ip_version=version, cidr=cidr)

    @classmethod
    def log_someone_in(cls):
        """A user in no project yet, logged in without a scope; one for all, since hashing a password is meant to be slow."""
        password = "a secret of nobody"
        user = cls.identity.create_user(name=f"{cls.__name__} user", password=password, domain_id="default")
        cls.addClassCleanup(cls.identity.delete_user, user, ignore_missing=True)
        cls.someone = user
        cls.token = log_in(user_id=user.id, password=password, unscoped=True).auth_token

    def make_user(self, name, *roles):
        """A project in which somebody has these roles; returns that user's connection and the project."""
        if self.someone is None:
            self.log_someone_in()
        project = self.identity.create_project(name=f"{name} {uuid.uuid4().hex}", domain_id="default")
        # Not sooner: with the project go all tokens of its members.
        self.addClassCleanup(self.identity.delete_project, project, ignore_missing=True)
        for role in roles:
            self.identity.assign_project_role_to_user(project, self.someone, self.identity.find_role(role))
        connection = log_in(auth_type="v3token", token=self.token, project_id=project.id)
        self.addCleanup(self.remove_default_group, project)
        return connection, project

    def remove_default_group(self, project):
        for group in self.network.security_groups(project_id=project.id):
            self.network.delete_security_group(group)

    def check_tags(self, resource, get, listed):
        """The whole life of a resource's tags, and the four filters over them."""
        self.network.set_tags(resource, ["red", "blue"])
        self.assertEqual(sorted(get(resource.id).tags), ["blue", "red"])
        resource.add_tag(self.network, "green")
        resource.check_tag(self.network, "green")
        for query, is_found in [
            ({"tags": "red,green"}, True),
            ({"tags": "red,yellow"}, False),
            ({"any_tags": "red,yellow"}, True),
            ({"any_tags": "yellow"}, False),
            ({"not_tags": "red,green"}, False),
            ({"not_tags": "red,yellow"}, True),
            ({"not_any_tags": "red,yellow"}, False),
            ({"not_any_tags": "yellow"}, True),
        ]:
            with self.subTest(query=query):
                self.assertEqual(resource.id in [found.id for found in listed(**query)], is_found)
        resource.remove_tag(self.network, "red")
        self.assertEqual(sorted(get(resource.id).tags), ["blue", "green"])
        with self.assertRaises(exceptions.NotFoundException):
            resource.check_tag(self.network, "red")
        resource.remove_all_tags(self.network)
        self.assertEqual(get(resource.id).tags, [])


def command(*arguments, succeeds=True):
    """Runs a command of python-openstackclient; returns what it printed, or what it complained about.

    In this process and with the administrator's token, since starting Python and logging in take seconds. The tests
    with `openstack` itself and clouds.yaml are in StockClientTests.swift.
    """
    auth = openstack.config.OpenStackConfig().get_one("plugboard").config["auth"]
    options = ["--os-auth-type", "v3token", "--os-auth-url", auth["auth_url"], "--os-token", administrator().auth_token]
    options += ["--os-project-name", auth["project_name"], "--os-project-domain-name", auth["project_domain_name"]]
    output, errors = io.StringIO(), io.StringIO()
    # The only cloud of a clouds.yaml would be taken, asked for or not.
    without_clouds = mock.patch.dict(os.environ, {"OS_CLIENT_CONFIG_FILE": os.devnull})
    with without_clouds, contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        status = shell.OpenStackShell().run([*options, *arguments])
    text = (output.getvalue(), errors.getvalue())
    if succeeds != (status == 0):
        raise AssertionError(f"openstack {' '.join(arguments)}: {status} {' '.join(text)}")
    return text[0 if succeeds else 1].strip()
