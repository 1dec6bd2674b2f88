"""Requests made from the OpenAPI document, right ones and wrong ones, and what no answer to any of them may be.

    properties.py DOCUMENT SEED EXAMPLES SECONDS

Each operation gets that many requests with right data and as many with wrong data, made by schemathesis from the seed.
Where a request names a resource, every other one names one that is there, so that more than refusals is seen. An answer
is wrong if its status is 500 or more and not described, if its body is no JSON or is not of the described form, or if
it has no request id. The last line of the output is one JSON object.
"""

import collections
import itertools
import json
import sys
import time
import warnings

import openstack
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.core.failures import Failure, FailureGroup

# A revoked token would end the test, and an upload has no form to get wrong.
UNTOUCHED = {("DELETE", "/v3/auth/tokens"), ("PUT", "/v2/images/{id}/file")}
schemathesis.serializer.alias("application/openstack-images-v2.1-json-patch", "application/json")
# Members of bodies that name another resource, and the kind of it.
MEMBERS = {
    "network_id": "networks",
    "object_id": "networks",
    "subnet_id": "subnets",
    "subnetpool_id": "subnetpools",
    "security_group_id": "security-groups",
    "remote_group_id": "security-groups",
    "security_groups": "security-groups",
    "project_id": "projects",
    "tenant_id": "projects",
    "domain_id": "domains",
    "default_project_id": "projects",
    "service_id": "services",
    "region_id": "regions",
    "region": "regions",
    "flavorRef": "flavors",
    "imageRef": "images",
    "uuid": "networks",
}
# Values of which a random one is hardly ever a good one.
VALUES = {
    "ip_version": 4,
    "cidr": "10.9.{number}.0/24",
    "prefixes": ["10.10.0.0/16"],
    "remote_ip_prefix": "192.0.2.0/24",
    "url": "http://192.0.2.1/",
    "target_tenant": "*",
    "object_type": "network",
    "action": "access_as_shared",
    "ethertype": "IPv4",
    "protocol": "tcp",
    "port_range_min": 1,
    "port_range_max": 65535,
    "name": "name {number}",
    "ip_address": "10.7.0.{number}",
    "destination": "10.11.0.0/16",
    "nexthop": "10.7.0.9",
    "gateway_ip": None,
    "default_prefixlen": 26,
    "min_prefixlen": 24,
    "max_prefixlen": 28,
    "enable_dhcp": True,
    "type": "other",
    "provider:network_type": "local",
    "provider:physical_network": None,
    "provider:segmentation_id": None,
    "mtu": 1400,
    "host": "compute1",
    "parent_id": None,
    "parent_region_id": None,
    "expires_at": None,
}
# Members that stay when the others are thinned out.
ESSENTIAL = {
    "network_id",
    "ip_version",
    "cidr",
    "direction",
    "security_group_id",
    "object_id",
    "target_tenant",
    "action",
    "name",
    "prefixes",
    "type",
    "service_id",
    "interface",
    "url",
    "host",
    "ram",
    "vcpus",
    "disk",
    "flavorRef",
    "server_uuid",
    "original_password",
    "password",
    "tags",
    "extra_specs",
    "path",
    "op",
    "value",
}


class Resources:
    """One resource of each kind, made anew when a request has deleted it."""

    def __init__(self, cloud):
        self.cloud = cloud
        self.network, self.identity = cloud.network, cloud.identity
        self.made = {}
        self.numbers = itertools.count()

    def get(self, kind):
        if kind not in self.made:
            try:
                self.made[kind] = getattr(self, "make_" + kind.replace("-", "_"))()
            except (AttributeError, StopIteration, openstack.exceptions.SDKException):
                # There is no such kind, or what it needs has been deleted: the request goes without.
                return None
        return self.made[kind]

    def forget(self, identifier):
        self.made = {kind: each for kind, each in self.made.items() if each != identifier}

    def name(self):
        return f"made {next(self.numbers)}"

    def make_networks(self):
        return self.network.create_network(name=self.name(), provider_network_type="local").id

    def make_subnets(self):
        cidr = f"10.7.{next(self.numbers)}.0/24"
        return self.network.create_subnet(network_id=self.get("networks"), ip_version=4, cidr=cidr).id

    def make_subnetpools(self):
        return self.network.create_subnet_pool(name=self.name(), prefixes=["10.8.0.0/16"]).id

    def make_ports(self):
        # Only a guest's port may be bound on several hosts.
        owner = {"device_owner": "compute:nova", "device_id": "guest"}
        return self.network.create_port(network_id=self.get("networks"), **owner).id

    def make_security_groups(self):
        return self.network.create_security_group(name=self.name()).id

    def make_security_group_rules(self):
        group = self.get("security-groups")
        return self.network.create_security_group_rule(security_group_id=group, direction="ingress").id

    def make_rbac_policies(self):
        return self.network.create_rbac_policy(
            object_type="network", object_id=self.get("networks"), action="access_as_shared", target_project_id="*"
        ).id

    def make_quotas(self):
        return self.get("projects")

    def make_projects(self):
        return self.identity.create_project(name=self.name(), domain_id="default").id

    def make_users(self):
        return self.identity.create_user(name=self.name(), domain_id="default").id

    def make_groups(self):
        return self.identity.create_group(name=self.name(), domain_id="default").id

    def make_roles(self):
        return self.identity.create_role(name=self.name()).id

    def make_domains(self):
        return self.identity.create_domain(name=self.name()).id

    def make_services(self):
        return self.identity.create_service(name=self.name(), type="other").id

    def make_regions(self):
        return self.identity.create_region(id=self.name()).id

    def make_endpoints(self):
        return self.identity.create_endpoint(
            service_id=self.get("services"), interface="public", url="http://192.0.2.9/"
        ).id

    def make_agents(self):
        return next(agent.id for agent in self.network.agents())

    def make_default_security_group_rules(self):
        return next(rule.id for rule in self.network.default_security_group_rules())

    def make_network_ip_availabilities(self):
        return self.get("networks")

    def make_flavors(self):
        return self.cloud.compute.create_flavor(name=self.name(), ram=64, vcpus=1, disk=0).id

    def make_images(self):
        return self.cloud.image.create_image(name=self.name(), disk_format="raw", container_format="bare").id


class Realist:
    """Turns a request of which nothing is there into one that may succeed."""

    PARTS = {"tags": "red", "bindings": "compute1", "os-extra_specs": "red", "extensions": "quotas"}

    def __init__(self, resources, number):
        self.resources, self.number = resources, number

    def path(self, template, parameters):
        """The parameters of a path, each from the collection before it."""
        parts = template.strip("/").split("/")
        for before, part in zip(parts, parts[1:]):
            if part.startswith("{"):
                kind = {"implies": "roles"}.get(before, before)
                known = self.PARTS.get(kind) or self.resources.get(kind)
                parameters[part[1:-1]] = known or parameters[part[1:-1]]

    def body(self, value, depth=0):
        if isinstance(value, list):
            return [self.body(each, depth) for each in value]
        if not isinstance(value, dict):
            return value
        kept = {
            name
            for position, name in enumerate(value)
            if depth == 0 or name in ESSENTIAL or position == self.number % 16
        }
        return {name: self.member(name, value[name], depth) for name in value if name in kept}

    def member(self, name, value, depth):
        if name in VALUES:
            good = VALUES[name]
            return good.replace("{number}", str(self.number)) if isinstance(good, str) else good
        identifier = self.resources.get(MEMBERS[name]) if name in MEMBERS else None
        if identifier is None:
            return self.body(value, depth + 1)
        return [identifier] if isinstance(value, list) else identifier


class Tester:
    def __init__(self, examples, first_seed, deadline):
        self.examples, self.seed, self.deadline = examples, first_seed, deadline
        self.cloud = openstack.connect(cloud="plugboard")
        self.resources = Resources(self.cloud)
        self.session = requests.Session()
        self.session.headers["X-Auth-Token"] = self.cloud.auth_token
        self.sent, self.answered = collections.Counter(), collections.Counter()
        self.wrong = {}
        self.tested, self.succeeded = set(), set()
        limits = "networks subnets ports subnet_pools security_groups security_group_rules rbac_policies".split()
        self.cloud.network.update_quota(self.cloud.current_project_id, **dict.fromkeys(limits, -1))

    def test(self, operation, mode):
        url = operation.definition.raw.get("servers") or operation.schema.raw_schema["paths"][operation.path]["servers"]

        @seed(self.seed)
        @settings(
            max_examples=self.examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        )
        @given(case=operation.as_strategy(generation_mode=mode), is_real=st.booleans(), number=st.integers(10, 250))
        def run(case, is_real, number):
            # Late or not, each operation is tried.
            if time.monotonic() > self.deadline and operation.label in self.tested:
                return
            self.tested.add(operation.label)
            if is_real:
                realist = Realist(self.resources, number)
                if case.path_parameters:
                    realist.path(operation.path, case.path_parameters)
                if isinstance(case.body, (dict, list)):
                    case.body = realist.body(case.body)
            self.send(case, operation, url[0]["url"])

        try:
            run()
        except Unsatisfiable:
            # A wrong request cannot be made where everything is right.
            if mode is not GenerationMode.NEGATIVE:
                raise

    def send(self, case, operation, url):
        self.sent[operation.tags[0]] += 1
        try:
            response = case.call(base_url=url, session=self.session, timeout=30)
        except (requests.exceptions.InvalidHeader, UnicodeError):
            # The client itself refuses to send it.
            return
        self.answered[str(response.status_code)] += 1
        if response.status_code < 400:
            self.succeeded.add(operation.label)
        if case.method == "DELETE" and response.status_code < 300:
            self.resources.forget((case.path_parameters or {}).get("id"))
        try:
            self.judge(case, operation, response)
        except (AssertionError, Failure, FailureGroup) as error:
            self.note(case, response, error)

    def judge(self, case, operation, response):
        described = operation.definition.raw["responses"]
        status = str(response.status_code)
        assert response.status_code < 500 or status in described, "a server error"
        identifier = (response.headers.get("x-openstack-request-id") or [""])[0]
        assert identifier.startswith("req-"), "no request id"
        if "application/json" in (response.headers.get("content-type") or [""])[0] and response.content:
            json.loads(response.content)
        checks = [CHECKS.get_one(name) for name in ("status_code_conformance", "response_schema_conformance")]
        case.validate_response(response, checks=checks)

    def note(self, case, response, error):
        reasons = error.exceptions if isinstance(error, FailureGroup) else [error]
        reason = "; ".join(f"{getattr(each, 'title', each)} {getattr(each, 'message', '')}".strip() for each in reasons)
        key = (case.operation.label, response.status_code, reason[:60])
        if key not in self.wrong:
            self.wrong[key] = (
                f"{response.request.method} {response.request.url}\n  sent {str(response.request.body)[:600]}\n"
                f"  received {response.status_code} {response.content[:600]!r}\n  {reason[:600]}"
            )


def main(arguments):
    document, (first_seed, examples, limit) = arguments[0], map(int, arguments[1:4])
    warnings.filterwarnings("ignore")
    with open(document, encoding="utf-8") as file:
        raw = json.load(file)
    # Else it would make tokens of its own.
    del raw["security"], raw["components"]["securitySchemes"]
    schema = schemathesis.openapi.from_dict(raw)
    print(f"seed {first_seed}, {examples} examples of each kind for each operation, {limit} s at most", flush=True)
    tester = Tester(examples, first_seed, time.monotonic() + limit)
    operations = [each.ok() for each in schema.get_all_operations()]
    for operation in operations:
        if (operation.method.upper(), operation.path) in UNTOUCHED or operation.path == "/":
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            tester.test(operation, mode)
    in_time = time.monotonic() <= tester.deadline
    result = {"sent": tester.sent, "answered": tester.answered, "operations": len(tester.tested), "in_time": in_time}
    result["succeeded"] = len(tester.succeeded)
    print(json.dumps({**result, "wrong": list(tester.wrong.values())[:40]}))


if __name__ == "__main__":
    main(sys.argv[1:])
