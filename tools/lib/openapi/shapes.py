"""The small vocabulary that the services are described with: JSON schemas, attributes, and operations."""

import re

ANY = {}
BOOLEAN = {"type": "boolean"}
INTEGER = {"type": "integer"}
OBJECT = {"type": "object"}
UUID = {"type": "string", "format": "uuid"}
# Projects and users are 32 hexadecimal digits, but an external Identity service may have other ids.
ID = {"type": "string", "minLength": 1, "maxLength": 255}
TEXT = {"type": "string"}
NAME = {"type": "string", "maxLength": 255}
URL = {"type": "string", "format": "uri-reference"}
TIME = {"type": "string", "pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d"}
CIDR = {"type": "string", "examples": ["10.0.0.0/24", "2001:db8::/64"]}
ADDRESS = {"type": "string", "examples": ["10.0.0.9", "2001:db8::9"]}
MAC_ADDRESS = {"type": "string", "pattern": "^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$"}


def one_of(*values):
    return {"type": "string", "enum": list(values)}


def number(minimum, maximum):
    return {"type": "integer", "minimum": minimum, "maximum": maximum}


def list_of(schema, **limits):
    return {"type": "array", "items": schema, **limits}


def map_of(schema):
    return {"type": "object", "additionalProperties": schema}


def object_of(*required, **members):
    """An object of just these members; the double underscore stands for a colon, which names of attributes may have."""
    properties = {name.replace("__", ":"): schema for name, schema in members.items()}
    shape = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**shape, "required": list(required)} if required else shape


def nullable(schema):
    if "type" in schema and "enum" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def reference(name):
    return {"$ref": f"#/components/schemas/{name}"}


def wrapped(member, schema, **others):
    """`{"port": {...}}`."""
    return {"type": "object", "required": [member], "properties": {member: schema, **others}}


class Attribute:
    """An attribute of a resource, and where it may stand.

    `where` has c if a client may send it to create the resource, u to update it, r if it is shown, and ! if there is no
    creation without it.
    """

    def __init__(self, schema, where="r"):
        self.schema = schema
        self.where = where

    def __contains__(self, place):
        return place in self.where


class Resource:
    """Three schemas: what is shown, what creates one, what updates one."""

    def __init__(self, member, collection, title, attributes, *, open_ended=False):
        self.member, self.collection, self.title, self.attributes = member, collection, title, attributes
        self.open_ended = open_ended

    @property
    def name(self):
        return "".join(word.capitalize() for word in re.split("[_-]", self.member))

    def schema(self, place):
        members = {name: each.schema for name, each in self.attributes.items() if place in each}
        shape = {"type": "object", "properties": members}
        if place != "r" and not self.open_ended:
            shape["additionalProperties"] = False
        required = [name for name, each in self.attributes.items() if "!" in each]
        if place == "c" and required:
            shape["required"] = required
        return shape

    def schemas(self):
        yield self.name, self.schema("r")
        for place, ending in [("c", "Create"), ("u", "Update")]:
            if any(place in each for each in self.attributes.values()):
                yield self.name + ending, self.schema(place)

    @property
    def shown(self):
        return reference(self.name)


class Service:
    """The paths and schemas of one service, as they are gathered."""

    def __init__(self, name, port, error):
        self.name, self.port, self.error = name, port, error
        self.paths = {}
        self.components = {}
        # References to parameters that many operations have, by their names.
        self.shared = {}

    def share(self, parameters):
        """Parameters that are written once, and referred to wherever they are used."""
        for parameter in parameters:
            self.shared[parameter["name"]] = {"$ref": f"#/components/parameters/{parameter_name(parameter)}"}
        return {parameter_name(parameter): parameter for parameter in parameters}

    def add_resource(self, resource):
        self.components.update(resource.schemas())
        return resource

    def operation(
        self, method, path, summary, *, body=None, answer=None, status="200", parameters=(), is_open=False, media=None
    ):
        """Adds an operation. `answer` is the schema of what a success has as its body, `None` if it has none."""
        content = media or "application/json"
        success = {
            "description": summary,
            "headers": {"x-openstack-request-id": {"$ref": "#/components/headers/RequestID"}},
        }
        if answer is not None:
            success["content"] = {content: {"schema": answer}}
        operation = {
            "operationId": f"{method}_{path}".translate(str.maketrans("/{}.-", "_____")).strip("_"),
            "tags": [self.name],
            "summary": summary,
            "responses": {status: success},
        }
        if is_open:
            operation["security"] = []
        else:
            operation["responses"]["401"] = {"$ref": "#/components/responses/Unauthorized"}
        operation["responses"]["4XX"] = {"$ref": f"#/components/responses/{self.error}"}
        if parameters:
            operation["parameters"] = [self.shared.get(each["name"], each) for each in parameters]
        if body is not None:
            operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
        self.path(path)[method] = operation
        return operation

    def refusal(self, method, path, summary):
        """Adds an operation that never succeeds, since clients try it all the same."""
        operation = self.operation(method, path, summary)
        operation["responses"].pop("200")
        return operation

    def path(self, path):
        if path not in self.paths:
            item = {
                "servers": [{"url": f"http://127.0.0.1:{self.port}", "description": f"{self.name}, its usual port"}]
            }
            names = re.findall(r"\{(\w+)\}", path)
            if names:
                item["parameters"] = [path_parameter(name) for name in names]
            self.paths[path] = item
        return self.paths[path]


def parameter_name(parameter):
    return "".join(word.capitalize() for word in re.split("[_:-]", parameter["name"]))


def path_parameter(name):
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    }


def query_parameter(name, schema, description=None, *, repeats=False):
    parameter = {"name": name, "in": "query", "schema": list_of(schema) if repeats else schema}
    if repeats:
        parameter.update(style="form", explode=True)
    if description:
        parameter["description"] = description
    return parameter
