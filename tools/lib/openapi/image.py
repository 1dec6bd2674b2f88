"""The Image service, Glance's API version 2."""

from .shapes import (
    BOOLEAN,
    INTEGER,
    NAME,
    OBJECT,
    TEXT,
    TIME,
    UUID,
    Service,
    list_of,
    nullable,
    number,
    one_of,
    query_parameter,
    reference,
)

service = Service("Image", 9292, "GlanceError")

FORMATS = ["ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop"]
CONTAINERS = ["ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"]
SETTABLE = {
    "name": nullable(NAME),
    "visibility": one_of("public", "private", "shared", "community"),
    "container_format": nullable(one_of(*CONTAINERS)),
    "disk_format": nullable(one_of(*FORMATS)),
    "min_disk": number(0, 2**31 - 1),
    "min_ram": number(0, 2**31 - 1),
    "protected": BOOLEAN,
    "os_hidden": BOOLEAN,
    "owner": nullable(NAME),
    "tags": list_of({"type": "string", "maxLength": 255}, uniqueItems=True),
}
# Every other member is a property of the owner's own.
service.components["ImageCreate"] = {
    "type": "object",
    "properties": {"id": UUID, **SETTABLE},
    "additionalProperties": {"type": "string", "maxLength": 65535},
}
service.components["Image"] = {
    "type": "object",
    "required": ["id", "status"],
    "properties": {
        **SETTABLE,
        "id": UUID,
        "status": one_of("queued", "saving", "active", "deactivated", "killed", "deleted", "pending_delete"),
        "size": nullable(INTEGER),
        "checksum": nullable(TEXT),
        "created_at": TIME,
        "updated_at": TIME,
        "self": TEXT,
        "file": TEXT,
        "schema": TEXT,
    },
}
IMAGE = reference("Image")
PATCH = list_of(
    {
        "type": "object",
        "required": ["op", "path"],
        "properties": {
            "op": one_of("add", "replace", "remove"),
            "path": {"type": "string", "pattern": "^/"},
            "value": {},
        },
    }
)


def body_of(media, schema):
    return {"required": True, "content": {media: {"schema": schema}}}


VERSIONS = {"type": "object", "required": ["versions"], "properties": {"versions": list_of(OBJECT)}}
service.operation("get", "/versions", "Lists the versions", answer=VERSIONS, is_open=True)
service.operation("get", "/v2", "Lists the versions", answer=VERSIONS, status="300", is_open=True)
for name in ["image", "images"]:
    service.operation("get", f"/v2/schemas/{name}", "Shows the form of a body", answer=OBJECT)
names = (
    "name id status visibility owner container_format disk_format size_min size_max tag sort_key sort_dir sort limit "
    "marker member_status os_hidden protected"
)
service.operation(
    "get",
    "/v2/images",
    "Lists the images",
    parameters=[query_parameter(name, TEXT) for name in names.split()],
    answer={
        "type": "object",
        "required": ["images", "schema", "first"],
        "properties": {"images": list_of(IMAGE), "schema": TEXT, "first": TEXT},
    },
)
service.operation(
    "post", "/v2/images", "Creates an image without data", body=reference("ImageCreate"), answer=IMAGE, status="201"
)
service.operation("get", "/v2/images/{id}", "Shows an image", answer=IMAGE)
patch = service.operation("patch", "/v2/images/{id}", "Updates an image", body=OBJECT, answer=IMAGE)
patch["requestBody"] = body_of("application/openstack-images-v2.1-json-patch", PATCH)
service.operation("delete", "/v2/images/{id}", "Deletes an image", status="204")
upload = service.operation("put", "/v2/images/{id}/file", "Stores an image's data", body=OBJECT, status="204")
upload["requestBody"] = body_of("application/octet-stream", {"type": "string", "format": "binary"})
download = service.operation(
    "get",
    "/v2/images/{id}/file",
    "Reads an image's data",
    answer={"type": "string", "format": "binary"},
    media="application/octet-stream",
)
download["responses"]["204"] = {"description": "The image has no data yet."}
