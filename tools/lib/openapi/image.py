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
        "status": one_of("queued", "saving", "uploading", "importing", "active", "deactivated", "killed"),
        "size": nullable(INTEGER),
        "virtual_size": nullable(INTEGER),
        "checksum": nullable(TEXT),
        "os_hash_algo": nullable(one_of("sha512")),
        "os_hash_value": nullable(TEXT),
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
for name in ["image", "images", "member", "members", "task", "tasks"]:
    service.operation("get", f"/v2/schemas/{name}", "Shows the form of a body", answer=OBJECT)
names = (
    "name id status visibility owner container_format disk_format size_min size_max tag sort_key sort_dir sort limit "
    "marker member_status os_hidden protected created_at updated_at min_disk_min min_disk_max min_ram_min min_ram_max"
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
download["responses"]["206"] = {"description": "The part that the Range header asked for."}

# Imports
stage = service.operation("put", "/v2/images/{id}/stage", "Stores data to be imported", body=OBJECT, status="204")
stage["requestBody"] = body_of("application/octet-stream", {"type": "string", "format": "binary"})
IMPORT = {
    "type": "object",
    "required": ["method"],
    "properties": {
        "method": {"type": "object", "required": ["name"], "properties": {"name": one_of("glance-direct")}},
        "all_stores": BOOLEAN,
        "all_stores_must_succeed": BOOLEAN,
    },
}
service.operation("post", "/v2/images/{id}/import", "Imports what is staged", body=IMPORT, status="202")
service.components["ImageTask"] = {
    "type": "object",
    "required": ["id", "status"],
    "properties": {
        "id": UUID,
        "type": one_of("api_image_import"),
        "status": one_of("pending", "processing", "success", "failure"),
        "owner": TEXT,
        "image_id": UUID,
        "user_id": TEXT,
        "request_id": TEXT,
        "message": TEXT,
        "input": OBJECT,
        "result": nullable(OBJECT),
        "created_at": TIME,
        "updated_at": TIME,
        "expires_at": TIME,
        "self": TEXT,
        "schema": TEXT,
    },
}
TASKS = {"type": "object", "required": ["tasks"], "properties": {"tasks": list_of(reference("ImageTask"))}}
service.operation("get", "/v2/images/{id}/tasks", "Lists an image's imports", answer=TASKS)
service.operation("get", "/v2/tasks", "Lists the imports (administrators)", answer=TASKS)
service.operation("get", "/v2/tasks/{id}", "Shows an import (administrators)", answer=reference("ImageTask"))
service.operation("get", "/v2/info/import", "Tells how images can be imported", answer=OBJECT)
service.operation("get", "/v2/info/usage", "Tells what a project's images take", answer=OBJECT)
for path in ["/v2/info/stores", "/v2/info/stores/detail"]:
    service.operation("get", path, "Not found: there is one store", answer=OBJECT)

# Members
service.components["ImageMember"] = {
    "type": "object",
    "required": ["member_id", "image_id", "status"],
    "properties": {
        "member_id": NAME,
        "image_id": UUID,
        "status": one_of("pending", "accepted", "rejected"),
        "created_at": TIME,
        "updated_at": TIME,
        "schema": TEXT,
    },
}
MEMBER = reference("ImageMember")
NEW_MEMBER = {"type": "object", "required": ["member"], "properties": {"member": {**NAME, "minLength": 1}}}
MEMBER_STATUS = {
    "type": "object",
    "required": ["status"],
    "properties": {"status": one_of("pending", "accepted", "rejected")},
}
service.operation(
    "get",
    "/v2/images/{id}/members",
    "Lists whom an image is shared with",
    answer={"type": "object", "required": ["members"], "properties": {"members": list_of(MEMBER), "schema": TEXT}},
)
service.operation("post", "/v2/images/{id}/members", "Shares an image", body=NEW_MEMBER, answer=MEMBER)
service.operation("get", "/v2/images/{id}/members/{member}", "Shows a member", answer=MEMBER)
service.operation(
    "put", "/v2/images/{id}/members/{member}", "Accepts or rejects an image", body=MEMBER_STATUS, answer=MEMBER
)
service.operation("delete", "/v2/images/{id}/members/{member}", "Shares an image no longer", status="204")

# Actions and tags
for action in ["deactivate", "reactivate"]:
    service.operation("post", f"/v2/images/{{id}}/actions/{action}", f"{action.title()}s an image", status="204")
service.operation("put", "/v2/images/{id}/tags/{tag}", "Adds a tag", status="204")
service.operation("delete", "/v2/images/{id}/tags/{tag}", "Removes a tag", status="204")
