"""The Networking service. The attributes are those of the `ResourceKind`s in Sources/NetworkService, which a test
compares with what is written from here."""

from .shapes import (
    ADDRESS,
    BOOLEAN,
    CIDR,
    ID,
    INTEGER,
    MAC_ADDRESS,
    NAME,
    OBJECT,
    TEXT,
    TIME,
    URL,
    UUID,
    Attribute,
    Resource,
    Service,
    list_of,
    map_of,
    nullable,
    number,
    object_of,
    one_of,
    query_parameter,
    reference,
    wrapped,
)

service = Service("Networking", 9696, "NeutronError")

IP_VERSION = {"type": "integer", "enum": [4, 6]}
IPV6_MODE = nullable(one_of("slaac", "dhcpv6-stateful", "dhcpv6-stateless"))
VNIC_TYPE = one_of(
    "accelerator-direct",
    "accelerator-direct-physical",
    "baremetal",
    "direct",
    "direct-physical",
    "macvtap",
    "normal",
    "remote-managed",
    "smart-nic",
    "vdpa",
    "virtio-forwarder",
)
PORT_NUMBER = nullable(number(0, 65_535))
PREFIX_LENGTH = number(0, 128)

STANDARD = {
    "id": Attribute(UUID),
    "name": Attribute(NAME, "cur"),
    "description": Attribute(NAME, "cur"),
    "tenant_id": Attribute(ID, "cr"),
    "project_id": Attribute(ID, "cr"),
    "tags": Attribute(list_of(TEXT)),
    "created_at": Attribute(TIME),
    "updated_at": Attribute(TIME),
    "revision_number": Attribute(INTEGER),
}

RULE = {
    "id": Attribute(UUID),
    "project_id": Attribute(nullable(ID), "cr"),
    "tenant_id": Attribute(nullable(ID), "cr"),
    "direction": Attribute(one_of("ingress", "egress"), "c!r"),
    "ethertype": Attribute(one_of("IPv4", "IPv6"), "cr"),
    "protocol": Attribute(
        {"type": ["string", "integer", "null"], "description": "A name, or a number from 0 to 255."}, "cr"
    ),
    "port_range_min": Attribute(PORT_NUMBER, "cr"),
    "port_range_max": Attribute(PORT_NUMBER, "cr"),
    "remote_ip_prefix": Attribute(nullable(CIDR), "cr"),
    "remote_group_id": Attribute(nullable(TEXT), "cr"),
    "remote_address_group_id": Attribute(nullable(UUID), "cr"),
    "description": Attribute(nullable(NAME), "cr"),
}

POOL = object_of("start", "end", start=ADDRESS, end=ADDRESS)
ROUTE = object_of("destination", "nexthop", destination=CIDR, nexthop=ADDRESS)
FIXED_IP = object_of(subnet_id=UUID, ip_address=ADDRESS)
ADDRESS_PAIR = object_of("ip_address", ip_address=CIDR, mac_address=MAC_ADDRESS)
DHCP_OPTION = object_of("opt_name", opt_name=NAME, opt_value=nullable(NAME), ip_version=IP_VERSION)

NETWORK = Resource(
    "network",
    "networks",
    "network",
    {
        **STANDARD,
        "admin_state_up": Attribute(BOOLEAN, "cur"),
        "shared": Attribute(BOOLEAN, "cur"),
        "router:external": Attribute(BOOLEAN, "cur"),
        "is_default": Attribute(BOOLEAN, "cur"),
        "mtu": Attribute(number(0, 65_535), "cur"),
        "port_security_enabled": Attribute(BOOLEAN, "cur"),
        "provider:network_type": Attribute(one_of("local", "flat", "vlan", "vxlan"), "cur"),
        "provider:physical_network": Attribute(nullable(NAME), "cur"),
        "provider:segmentation_id": Attribute(nullable(INTEGER), "cur"),
        "status": Attribute(one_of("ACTIVE", "BUILD", "DOWN", "ERROR")),
        "subnets": Attribute(list_of(UUID)),
        "availability_zone_hints": Attribute(list_of(NAME), "cr"),
        "availability_zones": Attribute(list_of(NAME)),
        "ipv4_address_scope": Attribute(nullable(UUID)),
        "ipv6_address_scope": Attribute(nullable(UUID)),
        "qos_policy_id": Attribute(nullable(UUID), "cur"),
    },
)

SUBNET = Resource(
    "subnet",
    "subnets",
    "subnet",
    {
        **STANDARD,
        "network_id": Attribute(UUID, "c!r"),
        "ip_version": Attribute(IP_VERSION, "c!r"),
        "cidr": Attribute(nullable(CIDR), "cr"),
        "prefixlen": Attribute(PREFIX_LENGTH, "c"),
        "subnetpool_id": Attribute(nullable(UUID), "cr"),
        "use_default_subnetpool": Attribute(BOOLEAN, "c"),
        "ipv6_ra_mode": Attribute(IPV6_MODE, "cr"),
        "ipv6_address_mode": Attribute(IPV6_MODE, "cr"),
        "gateway_ip": Attribute(nullable(ADDRESS), "cur"),
        "allocation_pools": Attribute(list_of(POOL), "cur"),
        "enable_dhcp": Attribute(BOOLEAN, "cur"),
        "dns_nameservers": Attribute(list_of(ADDRESS), "cur"),
        "host_routes": Attribute(list_of(ROUTE), "cur"),
        "service_types": Attribute(list_of(NAME), "cur"),
    },
)

SUBNET_POOL = Resource(
    "subnetpool",
    "subnetpools",
    "subnet pool",
    {
        **STANDARD,
        "name": Attribute(NAME, "c!ur"),
        "prefixes": Attribute(list_of(CIDR), "c!ur"),
        "default_quota": Attribute(nullable(INTEGER), "cur"),
        "ip_version": Attribute(IP_VERSION),
        "default_prefixlen": Attribute({"type": ["integer", "string"]}, "cur"),
        "min_prefixlen": Attribute({"type": ["integer", "string"]}, "cur"),
        "max_prefixlen": Attribute({"type": ["integer", "string"]}, "cur"),
        "is_default": Attribute(BOOLEAN, "cur"),
        "shared": Attribute(BOOLEAN, "cr"),
        "address_scope_id": Attribute(nullable(UUID), "cur"),
    },
)

PORT = Resource(
    "port",
    "ports",
    "port",
    {
        **STANDARD,
        "network_id": Attribute(UUID, "c!r"),
        "admin_state_up": Attribute(BOOLEAN, "cur"),
        "mac_address": Attribute(MAC_ADDRESS, "cur"),
        "fixed_ips": Attribute(list_of(FIXED_IP), "cur"),
        "device_id": Attribute(NAME, "cur"),
        "device_owner": Attribute(NAME, "cur"),
        "status": Attribute(one_of("ACTIVE", "BUILD", "DOWN", "ERROR", "N/A")),
        "binding:host_id": Attribute(nullable(NAME), "cur"),
        "binding:profile": Attribute(nullable(OBJECT), "cur"),
        "binding:vnic_type": Attribute(VNIC_TYPE, "cur"),
        "binding:vif_type": Attribute(TEXT),
        "binding:vif_details": Attribute(OBJECT),
        "port_security_enabled": Attribute(BOOLEAN, "cur"),
        "security_groups": Attribute(list_of(UUID), "cur"),
        "allowed_address_pairs": Attribute(list_of(ADDRESS_PAIR), "cur"),
        "extra_dhcp_opts": Attribute(list_of(DHCP_OPTION), "cur"),
        "qos_policy_id": Attribute(nullable(UUID), "cur"),
        "qos_network_policy_id": Attribute(nullable(UUID)),
    },
)

SECURITY_GROUP = Resource(
    "security_group",
    "security_groups",
    "security group",
    {
        **STANDARD,
        "stateful": Attribute(BOOLEAN, "cur"),
        "shared": Attribute(BOOLEAN),
        "security_group_rules": Attribute(list_of(reference("SecurityGroupRule"))),
    },
)

SECURITY_GROUP_RULE = Resource(
    "security_group_rule",
    "security_group_rules",
    "rule of a security group",
    {
        **RULE,
        "security_group_id": Attribute(UUID, "c!r"),
        "normalized_cidr": Attribute(nullable(CIDR)),
        "belongs_to_default_sg": Attribute(BOOLEAN),
        "created_at": Attribute(TIME),
        "updated_at": Attribute(TIME),
        "revision_number": Attribute(INTEGER),
    },
)

DEFAULT_RULE = Resource(
    "default_security_group_rule",
    "default_security_group_rules",
    "rule that every new security group begins with",
    {
        **RULE,
        "used_in_default_sg": Attribute(BOOLEAN, "cr"),
        "used_in_non_default_sg": Attribute(BOOLEAN, "cr"),
    },
)

RBAC_POLICY = Resource(
    "rbac_policy",
    "rbac_policies",
    "policy that shares a resource",
    {
        "id": Attribute(UUID),
        "project_id": Attribute(ID, "cr"),
        "tenant_id": Attribute(ID, "cr"),
        "object_type": Attribute(one_of("network"), "cr"),
        "object_id": Attribute(UUID, "c!r"),
        "target_tenant": Attribute(NAME, "c!ur"),
        "action": Attribute(one_of("access_as_shared", "access_as_external"), "c!r"),
    },
)

QOS_NUMBER = number(0, 2**31 - 1)
QOS_RULE_ATTRIBUTES = {
    "id": Attribute(UUID),
    "max_kbps": Attribute(QOS_NUMBER, "c!ur"),
    "max_burst_kbps": Attribute(QOS_NUMBER, "cur"),
    "direction": Attribute(one_of("ingress", "egress"), "cur"),
}
QOS_RULE = Resource(
    "bandwidth_limit_rule", "bandwidth_limit_rules", "bandwidth limit of a QoS policy", QOS_RULE_ATTRIBUTES
)
QOS_POLICY = Resource(
    "policy",
    "policies",
    "QoS policy",
    {
        **STANDARD,
        "shared": Attribute(BOOLEAN, "cur"),
        "is_default": Attribute(BOOLEAN, "cur"),
        "rules": Attribute(
            list_of(
                object_of(
                    id=UUID,
                    qos_policy_id=UUID,
                    max_kbps=QOS_NUMBER,
                    max_burst_kbps=QOS_NUMBER,
                    direction=one_of("ingress", "egress"),
                    type=one_of("bandwidth_limit"),
                )
            )
        ),
    },
)

AGENT = Resource(
    "agent",
    "agents",
    "agent",
    {
        "id": Attribute(UUID),
        "agent_type": Attribute(NAME),
        "binary": Attribute(NAME),
        "topic": Attribute(NAME),
        "host": Attribute(NAME),
        "admin_state_up": Attribute(BOOLEAN, "ur"),
        "created_at": Attribute(TEXT),
        "started_at": Attribute(TEXT),
        "heartbeat_timestamp": Attribute(TEXT),
        "alive": Attribute(BOOLEAN),
        "configurations": Attribute(OBJECT),
        "description": Attribute(nullable(NAME), "ur"),
        "resources_synced": Attribute(nullable(BOOLEAN)),
        "availability_zone": Attribute(nullable(NAME)),
    },
)

LIMIT = number(-1, 2**31 - 1)
LIMITED = "network subnet subnetpool port router floatingip rbac_policy security_group security_group_rule"
QUOTA = Resource(
    "quota",
    "quotas",
    "quota",
    {
        **{name: Attribute(LIMIT, "ur") for name in LIMITED.split()},
        "project_id": Attribute(TEXT),
        "tenant_id": Attribute(TEXT),
    },
)

IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "schema": {"type": "string", "pattern": "^revision_number=\\d+$"},
    "description": "The request is refused with 412 if the resource has another revision by now.",
}
FIELDS = query_parameter("fields", NAME, "Shows only these attributes.", repeats=True)
TAG_FILTERS = [
    query_parameter(name, TEXT, f"Resources that have {meaning} of these tags, with commas between.")
    for name, meaning in [("tags", "all"), ("tags-any", "one"), ("not-tags", "not all"), ("not-tags-any", "none")]
]
PAGING = [
    query_parameter("sort_key", NAME, "An attribute to sort by.", repeats=True),
    query_parameter(
        "sort_dir", one_of("asc", "desc"), "The direction of the sort key in the same place.", repeats=True
    ),
    query_parameter("limit", number(0, 2**31 - 1), "How many the page has at most."),
    query_parameter("marker", UUID, "The last element of the page before."),
    query_parameter("page_reverse", BOOLEAN, "Whether the marker is the first element of the page after."),
]
PARAMETERS = service.share([IF_MATCH, FIELDS, *TAG_FILTERS, *PAGING])
service.components["PageLinks"] = list_of(object_of("rel", "href", rel=one_of("next", "previous"), href=URL))
LINKS = reference("PageLinks")


def filters(names):
    """Filters on attributes; several values of one are alternatives."""
    wanted = [query_parameter(name, TEXT, repeats=True) for name in names.split()]
    PARAMETERS.update(service.share(wanted))
    return wanted


def collection(resource, names, *, base=None, updates=True, is_tagged=True, has_revision=True):
    """List, create, show, update and delete."""
    service.add_resource(resource)
    base = base or "/v2.0/" + resource.collection.replace("_", "-")
    element = f"{base}/{{id}}"
    creation = reference(resource.name + "Create")
    has_tags = TAG_FILTERS if is_tagged else []
    revision = [IF_MATCH] if has_revision else []
    one = wrapped(resource.member, resource.shown)
    several = wrapped(resource.collection, list_of(resource.shown))
    service.operation(
        "get",
        base,
        f"Lists every {resource.title} that the caller may see",
        parameters=[*filters(names), *has_tags, FIELDS, *PAGING],
        answer=wrapped(resource.collection, list_of(resource.shown), **{f"{resource.collection}_links": LINKS}),
    )
    service.operation(
        "post",
        base,
        f"Creates one {resource.title} or several, all or none",
        status="201",
        body={
            "oneOf": [wrapped(resource.member, creation), wrapped(resource.collection, list_of(creation, minItems=1))]
        },
        answer={"oneOf": [one, several]},
    )
    service.operation(
        "get",
        element,
        f"Shows one {resource.title}",
        parameters=[FIELDS],
        answer=one,
    )
    if updates:
        body = wrapped(resource.member, reference(resource.name + "Update"))
        service.operation("put", element, f"Updates one {resource.title}", parameters=revision, body=body, answer=one)
    service.operation("delete", element, f"Deletes one {resource.title}", parameters=revision, status="204")
    if is_tagged:
        tags(f"/v2.0/{resource.collection.replace('_', '-')}/{{id}}", revision)


def tags(element, revision):
    several = object_of("tags", tags=list_of({"type": "string", "minLength": 1, "maxLength": 60}))
    service.operation("get", f"{element}/tags", "Lists the tags", answer=several)
    service.operation("post", f"{element}/tags", "Adds tags", body=several, answer=several, parameters=revision)
    service.operation("put", f"{element}/tags", "Replaces the tags", body=several, answer=several, parameters=revision)
    service.operation("delete", f"{element}/tags", "Removes all tags", status="204", parameters=revision)
    service.operation("get", f"{element}/tags/{{tag}}", "Tells whether there is a tag", status="204")
    service.operation("put", f"{element}/tags/{{tag}}", "Adds a tag", status="201", parameters=revision)
    service.operation("delete", f"{element}/tags/{{tag}}", "Removes a tag", status="204", parameters=revision)


def bindings():
    attributes = {
        "host": Attribute(NAME, "c!ur"),
        "vnic_type": Attribute(VNIC_TYPE, "cur"),
        "profile": Attribute(nullable(OBJECT), "cur"),
        "vif_type": Attribute(TEXT),
        "vif_details": Attribute(nullable(OBJECT)),
        "status": Attribute(one_of("ACTIVE", "INACTIVE")),
        "project_id": Attribute(ID, "c"),
        "tenant_id": Attribute(ID, "c"),
    }
    binding = service.add_resource(Resource("binding", "bindings", "binding", attributes))
    base, element = "/v2.0/ports/{id}/bindings", "/v2.0/ports/{id}/bindings/{host}"
    one = wrapped("binding", binding.shown)
    service.operation(
        "get",
        base,
        "Lists the bindings of a port",
        parameters=filters("host vif_type vnic_type status"),
        answer=wrapped("bindings", list_of(binding.shown)),
    )
    body = wrapped("binding", reference("BindingCreate"))
    service.operation("post", base, "Binds a port on one more host", status="201", body=body, answer=one)
    service.operation("get", element, "Shows the binding on a host", answer=one)
    body = wrapped("binding", reference("BindingUpdate"))
    service.operation("put", element, "Updates the binding on a host", body=body, answer=one)
    service.operation("delete", element, "Deletes the binding on a host", status="204")
    service.operation("put", f"{element}/activate", "Makes the binding on a host the active one", answer=one)


def agents():
    service.add_resource(AGENT)
    one = wrapped("agent", AGENT.shown)
    names = "id agent_type binary host topic description admin_state_up availability_zone alive"
    service.operation(
        "get",
        "/v2.0/agents",
        "Lists the agents",
        parameters=[*filters(names), FIELDS, *PAGING],
        answer=wrapped("agents", list_of(AGENT.shown), agents_links=LINKS),
    )
    service.refusal("post", "/v2.0/agents", "Refused: agents come by themselves")
    service.operation("get", "/v2.0/agents/{id}", "Shows an agent", parameters=[FIELDS], answer=one)
    body = wrapped("agent", reference("AgentUpdate"))
    service.operation("put", "/v2.0/agents/{id}", "Updates an agent", body=body, answer=one)
    service.operation("delete", "/v2.0/agents/{id}", "Forgets an agent", status="204")


def dhcp_agents():
    networks = "/v2.0/agents/{id}/dhcp-networks"
    service.operation(
        "get",
        "/v2.0/networks/{id}/dhcp-agents",
        "Lists the DHCP agents of a network",
        answer=wrapped("agents", list_of(AGENT.shown)),
    )
    service.operation(
        "get", networks, "Lists the networks of a DHCP agent", answer=wrapped("networks", list_of(NETWORK.shown))
    )
    body = object_of("network_id", network_id=TEXT)
    service.operation("post", networks, "Gives a network to a DHCP agent", status="201", body=body, answer={"type": "null"})
    service.operation(
        "delete", networks + "/{network_id}", "Takes a network away from a DHCP agent", status="204"
    )


def quotas():
    service.add_resource(QUOTA)
    one = wrapped("quota", QUOTA.shown)
    used = object_of(limit=INTEGER, used=INTEGER, reserved={"type": ["integer", "string"]})
    element = "/v2.0/quotas/{id}"
    service.operation(
        "get",
        "/v2.0/quotas",
        "Lists the quotas of projects that have some of their own",
        answer=wrapped("quotas", list_of(QUOTA.shown)),
    )
    refusal = service.refusal("post", "/v2.0/quotas", "Refused: a project's quotas are updated")
    refusal["responses"]["501"] = refusal["responses"]["4XX"]
    for word in ["tenant", "project"]:
        answer = object_of(**{word: object_of(**{f"{word}_id": ID})})
        service.operation("get", f"/v2.0/quotas/{word}", "Tells the project of the token", answer=answer)
    service.operation("get", element, "Shows the quotas of a project", answer=one)
    service.operation("get", f"{element}/default", "Shows the quotas of a project that has none of its own", answer=one)
    service.operation(
        "get",
        f"{element}/details",
        "Shows the quotas of a project, and how much of them is used",
        answer=wrapped("quota", map_of(used)),
    )
    body = wrapped("quota", {**reference("QuotaUpdate")})
    service.operation("put", element, "Updates the quotas of a project", body=body, answer=one)
    service.operation("delete", element, "Gives a project the default quotas", status="204")


def qos():
    collection(
        QOS_POLICY, "id name description project_id tenant_id shared is_default revision_number", base="/v2.0/qos/policies"
    )
    service.add_resource(QOS_RULE)
    one = wrapped("bandwidth_limit_rule", QOS_RULE.shown)
    several = wrapped("bandwidth_limit_rules", list_of(QOS_RULE.shown))
    creation, update = reference(QOS_RULE.name + "Create"), reference(QOS_RULE.name + "Update")
    base = "/v2.0/qos/policies/{id}/bandwidth_limit_rules"
    service.operation(
        "get",
        base,
        "Lists the bandwidth limits of a QoS policy",
        parameters=[*filters("id max_kbps max_burst_kbps direction"), FIELDS, *PAGING],
        answer=wrapped("bandwidth_limit_rules", list_of(QOS_RULE.shown), bandwidth_limit_rules_links=LINKS),
    )
    service.operation(
        "post",
        base,
        "Gives a QoS policy a bandwidth limit, one a direction",
        status="201",
        body={
            "oneOf": [
                wrapped("bandwidth_limit_rule", creation),
                wrapped("bandwidth_limit_rules", list_of(creation, minItems=1)),
            ]
        },
        answer={"oneOf": [one, several]},
    )
    for path, member in [
        (f"{base}/{{rule}}", "bandwidth_limit_rule"),
        ("/v2.0/qos/alias-bandwidth-limit-rules/{id}", "alias_bandwidth_limit_rule"),
    ]:
        shown = wrapped(member, QOS_RULE.shown)
        service.operation("get", path, "Shows a bandwidth limit", parameters=[FIELDS], answer=shown)
        service.operation("put", path, "Updates a bandwidth limit", body=wrapped(member, update), answer=shown)
        service.operation("delete", path, "Deletes a bandwidth limit", status="204")
    for kind in ["dscp_marking_rules", "minimum_bandwidth_rules"]:
        base = f"/v2.0/qos/policies/{{id}}/{kind}"
        service.operation(
            "get",
            base,
            "An empty list: there are none",
            answer=object_of(**{kind: list_of(OBJECT, maxItems=0)}),
        )
        for method, path in [("post", ""), ("get", "/{rule}"), ("put", "/{rule}"), ("delete", "/{rule}")]:
            service.refusal(method, f"{base}{path}", "Refused: there are none")
    rule_type = object_of(type=NAME)
    service.operation(
        "get",
        "/v2.0/qos/rule-types",
        "Lists the types of QoS rules",
        parameters=filters("all_supported all_rules"),
        answer=object_of(rule_types=list_of(rule_type)),
    )
    service.operation(
        "get",
        "/v2.0/qos/rule-types/{id}",
        "Shows what makes rules of a type hold, to administrators",
        answer=wrapped("rule_type", object_of(type=NAME, drivers=list_of(OBJECT))),
    )


def the_rest():
    resource = object_of(name=NAME, collection=NAME, links=list_of(OBJECT))
    service.operation("get", "/v2.0", "Lists the resources", answer=object_of(resources=list_of(resource)))
    extension = {
        "type": "object",
        "required": ["alias", "name", "description", "updated", "links"],
        "properties": {"alias": NAME},
    }
    service.operation(
        "get", "/v2.0/extensions", "Lists the extensions", answer=object_of(extensions=list_of(extension))
    )
    service.operation("get", "/v2.0/extensions/{id}", "Shows an extension", answer=object_of(extension=extension))
    zone = object_of(name=NAME, resource=one_of("network", "router"), state=one_of("available", "unavailable"))
    service.operation(
        "get",
        "/v2.0/availability_zones",
        "Lists the availability zones",
        parameters=[*filters("name resource state"), FIELDS],
        answer=object_of(availability_zones=list_of(zone)),
    )
    subnet = object_of(
        subnet_id=UUID, subnet_name=NAME, cidr=CIDR, ip_version=IP_VERSION, total_ips=INTEGER, used_ips=INTEGER
    )
    availability = object_of(
        network_id=UUID,
        network_name=NAME,
        tenant_id=ID,
        project_id=ID,
        total_ips=INTEGER,
        used_ips=INTEGER,
        subnet_ip_availability=list_of(subnet),
    )
    path = "/v2.0/network-ip-availabilities"
    service.operation(
        "get",
        path,
        "Lists how many addresses each network has",
        parameters=filters("network_id network_name project_id ip_version"),
        answer=wrapped("network_ip_availabilities", list_of(availability)),
    )
    service.operation(
        "get",
        f"{path}/{{id}}",
        "Shows how many addresses a network has",
        answer=wrapped("network_ip_availability", availability),
    )
    service.operation(
        "get",
        "/v2.0/service-providers",
        "An empty list: there are none",
        answer=object_of(service_providers=list_of(OBJECT, maxItems=0)),
    )
    for name in ["routers", "floatingips"]:
        service.operation(
            "get",
            f"/v2.0/{name}",
            "An empty list: there are none",
            answer=object_of(**{name: list_of(OBJECT, maxItems=0)}),
        )
        for method, path in [("post", ""), ("get", "/{id}"), ("put", "/{id}"), ("delete", "/{id}")]:
            service.refusal(method, f"/v2.0/{name}{path}", "Refused: there are none")


collection(
    NETWORK,
    "id name description project_id tenant_id status admin_state_up shared router:external is_default mtu "
    "provider:network_type provider:physical_network provider:segmentation_id revision_number",
)
collection(
    SUBNET,
    "id name description project_id tenant_id network_id ip_version cidr gateway_ip enable_dhcp ipv6_ra_mode "
    "ipv6_address_mode subnetpool_id revision_number",
)
collection(
    SUBNET_POOL,
    "id name description project_id tenant_id ip_version is_default shared default_prefixlen min_prefixlen "
    "max_prefixlen default_quota",
)
collection(
    PORT,
    "id name description project_id tenant_id network_id status mac_address admin_state_up device_id device_owner "
    "binding:host_id fixed_ips security_groups revision_number",
)
bindings()
collection(SECURITY_GROUP, "id name description project_id tenant_id stateful revision_number")
collection(
    SECURITY_GROUP_RULE,
    "id project_id tenant_id security_group_id direction ethertype protocol port_range_min "
    "port_range_max remote_ip_prefix remote_group_id description",
    updates=False,
    is_tagged=False,
)
collection(
    DEFAULT_RULE,
    "id direction ethertype protocol remote_ip_prefix used_in_default_sg used_in_non_default_sg",
    updates=False,
    is_tagged=False,
    has_revision=False,
)
collection(
    RBAC_POLICY,
    "id project_id tenant_id object_type object_id action target_tenant",
    is_tagged=False,
    has_revision=False,
)
agents()
dhcp_agents()
quotas()
qos()
the_rest()
