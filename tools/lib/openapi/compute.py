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
        "name status host project_id all_tenants flavor image reservation_id changes-since sort_key sort_dir limit marker"
    )
    several = wrapped("servers", list_of(SERVER), servers_links=list_of(OBJECT))
    network = object_of(uuid=UUID, port=nullable(UUID), fixed_ip={"type": "string", "format": "ipv4"})
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
        },
    }
    operation("get", "servers", "Lists the servers", parameters=filters, answer=several)
    operation("get", "servers/detail", "Lists the servers with what they are", parameters=filters, answer=several)
    operation(
        "post", "servers", "Creates servers", body=object_of("server", server=creation), status="202", answer=OBJECT
    )
    element = "servers/{server_id}"
    operation("get", element, "Shows a server", answer=wrapped("server", SERVER))
    operation(
        "put",
        element,
        "Renames a server",
        body=wrapped("server", object_of(name=LABEL)),
        answer=wrapped("server", SERVER),
    )
    operation("delete", element, "Deletes a server", status="204")
    for part, member in [
        ("os-interface", "interfaceAttachments"),
        ("ips", "addresses"),
        ("metadata", "metadata"),
        ("os-security-groups", "security_groups"),
        ("os-volume_attachments", "volumeAttachments"),
        ("os-instance-actions", "instanceActions"),
    ]:
        operation("get", f"{element}/{part}", f"Shows a server's {part}", answer=wrapped(member, ANY))
    operation(
        "get", f"{element}/tags", "Shows a server's tags; from microversion 2.26", answer=wrapped("tags", list_of(TEXT))
    )


def flavors():
    filters = queries("is_public minRam minDisk marker limit")
    several = wrapped("flavors", list_of({**FLAVOR, "required": ["id", "name"]}))
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
    operation("delete", element, "Deletes a flavor", status="202")
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
        "get",
        "os-services",
        "Lists the programs on the hosts",
        parameters=queries("host binary"),
        answer=wrapped("services", list_of(OBJECT)),
    )
    for path in ["os-hypervisors", "os-hypervisors/detail"]:
        operation("get", path, "Lists the hosts", answer=wrapped("hypervisors", list_of(OBJECT)))
    for path in ["os-availability-zone", "os-availability-zone/detail"]:
        operation("get", path, "Lists the availability zones", answer=wrapped("availabilityZoneInfo", list_of(OBJECT)))
    operation("get", "limits", "Shows the limits", answer=wrapped("limits", OBJECT))
    operation(
        "get", "extensions", "An empty list: there are none", answer=wrapped("extensions", list_of(OBJECT, maxItems=0))
    )


service.operation("get", "/v2.1", "Shows the version", answer=wrapped("version", OBJECT), is_open=True)
servers()
flavors()
keypairs()
the_rest()
