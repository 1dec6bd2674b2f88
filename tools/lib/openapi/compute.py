"""The Compute service, Nova's API version 2.1; bodies are those of microversion 2.1."""

from .shapes import (
    ANY,
    BOOLEAN,
    ID,
    INTEGER,
    NAME,
    OBJECT,
    TEXT,
    UUID,
    Service,
    list_of,
    map_of,
    nullable,
    number,
    object_of,
    one_of,
    query_parameter,
    wrapped,
)

service = Service("Compute", 8774, "NovaError")

VERSION = {
    "name": "OpenStack-API-Version",
    "in": "header",
    "schema": {"type": "string", "pattern": "^compute (latest|2\\.\\d+)$", "examples": ["compute 2.37"]},
    "description": "The microversion; without it, 2.1.",
}
PARAMETERS = service.share([VERSION])
IPV4 = {"type": "string", "format": "ipv4"}
IPV6 = {"type": "string", "format": "ipv6"}
DISK_CONFIG = one_of("AUTO", "MANUAL")
METADATA = {
    "type": "object",
    "additionalProperties": {"type": "string", "maxLength": 255},
    "propertyNames": {"pattern": "^[a-zA-Z0-9-_:. ]{1,255}$"},
}
LABEL = {"type": "string", "minLength": 1, "maxLength": 255}
SERVER = {"type": "object", "required": ["id", "links"], "properties": {"id": UUID, "name": NAME, "status": TEXT}}
FLAVOR = {
    "type": "object",
    "required": ["id", "name", "links"],
    "properties": {"id": TEXT, "name": NAME, "vcpus": INTEGER, "ram": INTEGER},
}
KEYPAIR = {
    "type": "object",
    "required": ["name", "public_key", "fingerprint"],
    "properties": {"name": NAME, "public_key": TEXT, "fingerprint": TEXT, "user_id": TEXT},
}
SPECS = map_of({"type": "string", "maxLength": 255})
ONE_SPEC = {**SPECS, "minProperties": 1, "maxProperties": 1}
COUNT = {"type": ["integer", "string"], "minimum": 0, "pattern": "^[0-9]+$", "maxLength": 9}


def operation(method, path, summary, **details):
    details["parameters"] = [VERSION, *details.get("parameters", ())]
    return service.operation(method, f"/v2.1/{path}", summary, **details)


def answers_also(operation, status):
    """Another microversion has another code for the same success."""
    operation["responses"][status] = next(iter(operation["responses"].values()))


def queries(names):
    return [query_parameter(name, TEXT) for name in names.split()]


def servers():
    filters = queries(
        "name status host project_id user_id all_tenants flavor image reservation_id hostname key_name ip ip6 vm_state "
        "task_state power_state availability_zone config_drive tags tags-any not-tags not-tags-any locked changes-since "
        "changes-before sort_key sort_dir limit marker"
    )
    several = wrapped("servers", list_of(SERVER), servers_links=list_of(OBJECT))
    network = object_of(uuid=UUID, port=nullable(UUID), fixed_ip={"anyOf": [IPV4, IPV6]})
    device = object_of(
        uuid=UUID,
        source_type=one_of("image", "blank", "volume", "snapshot"),
        destination_type=one_of("local", "volume"),
        boot_index=nullable(INTEGER),
        guest_format=NAME,
        volume_size=number(1, 2**31 - 1),
        delete_on_termination=BOOLEAN,
    )
    creation = {
        "type": "object",
        "required": ["name", "flavorRef"],
        "properties": {
            "name": LABEL,
            "imageRef": UUID,
            "flavorRef": {"type": ["string", "integer"], "minLength": 1},
            "networks": list_of(network),
            "metadata": SPECS,
            "user_data": {"type": "string", "maxLength": 65535},
            "availability_zone": LABEL,
            "config_drive": BOOLEAN,
            "key_name": LABEL,
            "security_groups": list_of(object_of(name=LABEL)),
            "adminPass": TEXT,
            "min_count": number(1, 3),
            "max_count": number(1, 3),
            "block_device_mapping_v2": list_of(device, maxItems=3),
            "accessIPv4": IPV4,
            "accessIPv6": IPV6,
            "OS-DCF:diskConfig": DISK_CONFIG,
            "return_reservation_id": BOOLEAN,
        },
    }
    operation("get", "servers", "Lists the servers", parameters=filters, answer=several)
    operation("get", "servers/detail", "Lists the servers with what they are", parameters=filters, answer=several)
    operation(
        "post",
        "servers",
        "Creates servers",
        body=object_of("server", server=creation, **{"os__scheduler_hints": OBJECT}),
        status="202",
        answer=OBJECT,
    )
    element = "servers/{server_id}"
    operation("get", element, "Shows a server", answer=wrapped("server", SERVER))
    operation(
        "put",
        element,
        "Changes a server",
        body=wrapped(
            "server", object_of(name=LABEL, accessIPv4=IPV4, accessIPv6=IPV6, **{"OS-DCF__diskConfig": DISK_CONFIG})
        ),
        answer=wrapped("server", SERVER),
    )
    operation("delete", element, "Deletes a server", status="204")
    action = operation(
        "post",
        f"{element}/action",
        "Does something with a server: the one member of the body says what",
        body={"type": "object", "minProperties": 1, "maxProperties": 1, "examples": [{"os-stop": None}]},
        status="202",
    )
    for status in ["200", "204"]:
        answers_also(action, status)
    server_parts(element)


def server_parts(element):
    for part, member in [
        ("ips", "addresses"),
        ("os-security-groups", "security_groups"),
        ("os-volume_attachments", "volumeAttachments"),
        ("os-instance-actions", "instanceActions"),
        ("os-server-password", "password"),
    ]:
        operation("get", f"{element}/{part}", f"Shows a server's {part}", answer=wrapped(member, ANY))
    operation("get", f"{element}/ips/{{network}}", "Shows a server's addresses on a network", answer=OBJECT)
    shown = wrapped("instanceAction", OBJECT)
    operation("get", f"{element}/os-instance-actions/{{request_id}}", "Shows what a request did", answer=shown)
    operation("delete", f"{element}/os-server-password", "Forgets the password that the guest has posted", status="204")
    operation("get", f"{element}/diagnostics", "Shows what the host knows of a guest", answer=OBJECT)
    operation("get", f"{element}/topology", "Shows the NUMA topology; from microversion 2.78", answer=OBJECT)
    service.refusal("get", f"/v2.1/{element}/os-virtual-interfaces", "Gone")
    console = object_of("protocol", "type", protocol=one_of("vnc", "spice", "serial"), type=one_of("novnc", "serial"))
    body = object_of("remote_console", remote_console=console)
    answer = wrapped("remote_console", OBJECT)
    operation("post", f"{element}/remote-consoles", "Opens a console; from microversion 2.6", body=body, answer=answer)

    operation("get", f"{element}/migrations", "Lists the live migrations under way", answer=wrapped("migrations", ANY))
    move = f"{element}/migrations/{{migration_id}}"
    operation("get", move, "Shows a live migration under way", answer=wrapped("migration", OBJECT))
    operation("delete", move, "Gives a live migration up; from microversion 2.24", status="202")
    operation("post", f"{move}/action", "Completes a live migration by pausing the guest", body=OBJECT, status="202")

    metadata = object_of("metadata", metadata=METADATA)
    one = object_of("meta", meta={**METADATA, "minProperties": 1, "maxProperties": 1})
    operation("get", f"{element}/metadata", "Shows a server's metadata", answer=metadata)
    operation("post", f"{element}/metadata", "Adds to a server's metadata", body=metadata, answer=metadata)
    operation("put", f"{element}/metadata", "Replaces a server's metadata", body=metadata, answer=metadata)
    operation("get", f"{element}/metadata/{{key}}", "Shows a key of a server's metadata", answer=one)
    operation("put", f"{element}/metadata/{{key}}", "Sets a key of a server's metadata", body=one, answer=one)
    operation("delete", f"{element}/metadata/{{key}}", "Removes a key of a server's metadata", status="204")

    tags = wrapped("tags", list_of({"type": "string", "pattern": "^[^,/]*$", "minLength": 1, "maxLength": 60}, maxItems=50))
    operation("get", f"{element}/tags", "Shows a server's tags; from microversion 2.26", answer=tags)
    operation("put", f"{element}/tags", "Replaces a server's tags", body=tags, answer=tags)
    operation("delete", f"{element}/tags", "Removes a server's tags", status="204")
    operation("get", f"{element}/tags/{{tag}}", "Tells whether a server has a tag", status="204")
    answers_also(operation("put", f"{element}/tags/{{tag}}", "Adds a tag to a server", status="201"), "204")
    operation("delete", f"{element}/tags/{{tag}}", "Removes a tag of a server", status="204")

    interface = object_of(net_id=UUID, port_id=UUID, fixed_ips=list_of(object_of(ip_address=IPV4), maxItems=1))
    attachment = wrapped("interfaceAttachment", OBJECT)
    several = wrapped("interfaceAttachments", list_of(OBJECT))
    operation("get", f"{element}/os-interface", "Lists a server's interfaces", answer=several)
    operation(
        "post",
        f"{element}/os-interface",
        "Attaches an interface to a server",
        body=wrapped("interfaceAttachment", interface),
        answer=attachment,
    )
    operation("get", f"{element}/os-interface/{{port_id}}", "Shows an interface of a server", answer=attachment)
    operation("delete", f"{element}/os-interface/{{port_id}}", "Takes an interface off a server", status="202")


def flavors():
    filters = queries("is_public minRam minDisk sort_key sort_dir marker limit")
    several = wrapped(
        "flavors", list_of({**FLAVOR, "required": ["id", "name"]}), flavors_links=list_of(OBJECT)
    )
    creation = object_of(
        "name",
        "ram",
        "vcpus",
        "disk",
        name=LABEL,
        id=nullable(LABEL),
        ram=number(1, 2**31 - 1),
        vcpus=number(1, 2**31 - 1),
        disk=COUNT,
        swap=COUNT,
        rxtx_factor={"type": "number", "exclusiveMinimum": 0, "maximum": 1e6},
        **{"os-flavor-access__is_public": BOOLEAN, "OS-FLV-EXT-DATA__ephemeral": COUNT},
    )
    operation("get", "flavors", "Lists the flavors", parameters=filters, answer=several)
    operation("get", "flavors/detail", "Lists the flavors with what they are", parameters=filters, answer=several)
    operation(
        "post",
        "flavors",
        "Creates a flavor",
        body=object_of("flavor", flavor=creation),
        answer=wrapped("flavor", FLAVOR),
    )
    element = "flavors/{flavor_id}"
    operation("get", element, "Shows a flavor", answer=wrapped("flavor", FLAVOR))
    operation(
        "put",
        element,
        "Changes a flavor's description; from microversion 2.55",
        body=wrapped("flavor", object_of("description", description=nullable(TEXT))),
        answer=wrapped("flavor", FLAVOR),
    )
    operation("delete", element, "Deletes a flavor", status="202")
    access = wrapped("flavor_access", list_of(OBJECT))
    tenant = object_of("tenant", tenant=LABEL)
    operation("get", f"{element}/os-flavor-access", "Lists the projects with access to a flavor", answer=access)
    operation(
        "post",
        f"{element}/action",
        "Gives a project access to a flavor, or takes it",
        body={"oneOf": [object_of(name, **{name: tenant}) for name in ("addTenantAccess", "removeTenantAccess")]},
        answer=access,
    )
    specs = object_of("extra_specs", extra_specs=SPECS)
    operation("get", f"{element}/os-extra_specs", "Lists a flavor's extra specs", answer=specs)
    operation("post", f"{element}/os-extra_specs", "Sets extra specs of a flavor", body=specs, answer=specs)
    operation("get", f"{element}/os-extra_specs/{{key}}", "Shows an extra spec", answer=SPECS)
    operation("put", f"{element}/os-extra_specs/{{key}}", "Sets an extra spec", body=ONE_SPEC, answer=SPECS)
    operation("delete", f"{element}/os-extra_specs/{{key}}", "Removes an extra spec")


def keypairs():
    pair = object_of(
        "name", name={"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[A-Za-z0-9 _-]+$"}, public_key=TEXT
    )
    several = wrapped("keypairs", list_of(wrapped("keypair", KEYPAIR)))
    answer = wrapped("keypair", KEYPAIR)
    filters = queries("user_id limit marker")
    operation("get", "os-keypairs", "Lists a user's key pairs", parameters=filters, answer=several)
    creation = operation(
        "post",
        "os-keypairs",
        "Imports a public key, or makes a pair",
        body=object_of("keypair", keypair=pair),
        answer=answer,
    )
    answers_also(creation, "201")
    element = "os-keypairs/{keypair_name}"
    user = queries("user_id")
    operation("get", element, "Shows a key pair", parameters=user, answer=answer)
    answers_also(operation("delete", element, "Deletes a key pair", parameters=user, status="202"), "204")


def the_rest():
    event = object_of(
        "server_uuid",
        "name",
        server_uuid=UUID,
        tag=TEXT,
        status=one_of("completed", "failed", "in-progress"),
        name=one_of("network-changed", "network-vif-plugged", "network-vif-unplugged", "network-vif-deleted"),
    )
    events = object_of("events", events=list_of(event, minItems=1))
    operation(
        "post",
        "os-server-external-events",
        "Tells what has happened to servers",
        body=events,
        answer=wrapped("events", list_of(OBJECT)),
    )
    service.paths["/v2.1/os-server-external-events"]["post"]["responses"]["207"] = {
        "description": "Some of the events concern nobody; each has its own code.",
        "content": {"application/json": {"schema": wrapped("events", list_of(OBJECT))}},
    }
    operation(
        "get", "extensions", "An empty list: there are none", answer=wrapped("extensions", list_of(OBJECT, maxItems=0))
    )


def services_and_hypervisors():
    change = object_of(
        "host", "binary", host=LABEL, binary=LABEL, disabled_reason=LABEL, forced_down=BOOLEAN
    )
    several = wrapped("services", list_of(OBJECT))
    operation(
        "get", "os-services", "Lists the programs on the hosts", parameters=queries("host binary"), answer=several
    )
    element = "os-services/{service_id}"
    operation(
        "put",
        element,
        "Enables or disables a service, or forces it down; from microversion 2.53 the path has its UUID",
        body=change,
        answer=wrapped("service", OBJECT),
    )
    operation("delete", element, "Deletes a service whose host has no servers", status="204")
    several = wrapped("hypervisors", list_of(OBJECT), hypervisors_links=list_of(OBJECT))
    filters = queries("limit marker hypervisor_hostname_pattern with_servers")
    operation("get", "os-migrations", "Lists the moves of servers between hosts", answer=wrapped("migrations", ANY))
    for path in ["os-hypervisors", "os-hypervisors/detail"]:
        operation("get", path, "Lists the hosts", parameters=filters, answer=several)
    operation(
        "get",
        "os-hypervisors/statistics",
        "Sums up the hosts; before microversion 2.88",
        answer=wrapped("hypervisor_statistics", OBJECT),
    )
    element = "os-hypervisors/{hypervisor_id}"
    operation("get", element, "Shows a host", answer=wrapped("hypervisor", OBJECT))
    operation(
        "get",
        f"{element}/uptime",
        "Refuses, since hosts do not tell; before microversion 2.88",
        answer=wrapped("hypervisor", OBJECT),
    )
    for part in ["search", "servers"]:
        operation(
            "get", f"{element}/{part}", "Lists the hosts with a text in their name; before 2.53", answer=several
        )
    for path in ["os-availability-zone", "os-availability-zone/detail"]:
        operation("get", path, "Lists the availability zones", answer=wrapped("availabilityZoneInfo", list_of(OBJECT)))


def aggregates():
    one = wrapped("aggregate", OBJECT)
    zone = nullable(LABEL)
    operation("get", "os-aggregates", "Lists the aggregates", answer=wrapped("aggregates", list_of(OBJECT)))
    operation(
        "post",
        "os-aggregates",
        "Creates an aggregate",
        body=object_of("aggregate", aggregate=object_of("name", name=LABEL, availability_zone=zone)),
        answer=one,
    )
    element = "os-aggregates/{aggregate_id}"
    operation("get", element, "Shows an aggregate", answer=one)
    operation(
        "put",
        element,
        "Changes an aggregate's name or zone",
        body=object_of("aggregate", aggregate=object_of(name=LABEL, availability_zone=LABEL)),
        answer=one,
    )
    operation("delete", element, "Deletes an aggregate without hosts")
    metadata = map_of(nullable({"type": "string", "maxLength": 255}))
    actions = [
        object_of("add_host", add_host=object_of("host", host=LABEL)),
        object_of("remove_host", remove_host=object_of("host", host=LABEL)),
        object_of("set_metadata", set_metadata=object_of("metadata", metadata=metadata)),
    ]
    operation(
        "post",
        f"{element}/action",
        "Adds or removes a host, or sets metadata",
        body={"oneOf": actions},
        answer=one,
    )
    operation(
        "post",
        f"{element}/images",
        "Refuses to cache images ahead of their use; from microversion 2.81",
        body=object_of("cache", cache=list_of(object_of("id", id=UUID), minItems=1)),
        status="202",
    )


def server_groups():
    one = wrapped("server_group", OBJECT)
    policies = list_of(one_of("anti-affinity", "affinity"), minItems=1, maxItems=1)
    operation(
        "get",
        "os-server-groups",
        "Lists the server groups",
        parameters=queries("all_projects limit offset"),
        answer=wrapped("server_groups", list_of(OBJECT)),
    )
    operation(
        "post",
        "os-server-groups",
        "Creates a server group",
        body=object_of("server_group", server_group=object_of("name", "policies", name=LABEL, policies=policies)),
        answer=one,
    )
    element = "os-server-groups/{server_group_id}"
    operation("get", element, "Shows a server group", answer=one)
    operation("delete", element, "Deletes a server group", status="204")


RESOURCES = (
    "cores fixed_ips floating_ips injected_file_content_bytes injected_file_path_bytes injected_files instances key_pairs "
    "metadata_items ram security_group_rules security_groups server_group_members server_groups"
).split()


def quotas():
    limits = {name: number(-1, 2**31 - 1) for name in RESOURCES}
    one = wrapped("quota_set", OBJECT)
    element = "os-quota-sets/{project_id}"
    user = queries("user_id")
    operation("get", element, "Shows a project's quotas, or a user's in it", parameters=user, answer=one)
    operation("get", f"{element}/detail", "Shows quotas with what is used", parameters=user, answer=one)
    operation("get", f"{element}/defaults", "Shows the default quotas", answer=one)
    operation(
        "put",
        element,
        "Sets quotas",
        parameters=user,
        body=object_of("quota_set", quota_set=object_of(**limits, force=BOOLEAN)),
        answer=one,
    )
    operation("delete", element, "Lets the defaults hold again", parameters=user, status="202")
    one = wrapped("quota_class_set", OBJECT)
    element = "os-quota-class-sets/{class_name}"
    operation("get", element, "Shows the quotas of a class", answer=one)
    operation(
        "put",
        element,
        "Sets the quotas of a class",
        body=object_of("quota_class_set", quota_class_set=object_of(**limits)),
        answer=one,
    )
    operation("get", "limits", "Shows the limits", parameters=queries("tenant_id"), answer=wrapped("limits", OBJECT))
    filters = queries("start end detailed limit marker")
    operation(
        "get",
        "os-simple-tenant-usage",
        "Tells what projects have used",
        parameters=filters,
        answer=wrapped("tenant_usages", list_of(OBJECT), tenant_usages_links=list_of(OBJECT)),
    )
    operation(
        "get",
        "os-simple-tenant-usage/{project_id}",
        "Tells what a project has used",
        parameters=filters,
        answer=wrapped("tenant_usage", OBJECT, tenant_usage_links=list_of(OBJECT)),
    )


service.operation("get", "/v2.1", "Shows the version", answer=wrapped("version", OBJECT), is_open=True)
servers()
flavors()
keypairs()
services_and_hypervisors()
aggregates()
server_groups()
quotas()
the_rest()
