"""Puts the four services together into one OpenAPI document."""

from . import compute, identity, image, networking
from .shapes import INTEGER, NAME, TEXT, object_of

SERVICES = [networking.service, identity.service, compute.service, image.service]

DESCRIPTION = """\
What plugboard-server serves, in OpenStack's own terms. The services listen on ports of their own: the `servers` of each
path say which. Every `GET` also answers `HEAD`, and every path refuses other methods with 405. The hosts' own interface
(`/host-rpc`) is not described here.
"""

ERRORS = {
    "NeutronError": object_of(
        "NeutronError", NeutronError=object_of("type", "message", "detail", type=NAME, message=TEXT, detail=TEXT)
    ),
    "KeystoneError": object_of(
        "error", error=object_of("code", "message", "title", code=INTEGER, message=TEXT, title=TEXT)
    ),
    # The one member's name tells the kind, such as itemNotFound.
    "NovaError": {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": INTEGER, "message": TEXT},
        },
    },
}


def error_response(name, description):
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {
        "description": description,
        "headers": {"x-openstack-request-id": {"$ref": "#/components/headers/RequestID"}},
        "content": {"application/json": {"schema": schema}},
    }


def root():
    """The version documents, which all services have at the same path of different ports."""
    responses = {
        status: {
            "description": "The versions",
            "content": {"application/json": {"schema": {"type": "object", "required": ["versions"]}}},
        }
        for status in ["200", "300"]
    }
    servers = [
        {"url": f"http://127.0.0.1:{each.port}", "description": f"{each.name}, its usual port"} for each in SERVICES
    ]
    operation = {
        "operationId": "get_versions",
        "tags": [each.name for each in SERVICES],
        "summary": "Lists the versions",
        "security": [],
        "responses": responses,
    }
    return {"servers": servers, "get": operation}


def document():
    paths, schemas = {"/": root()}, dict(ERRORS)
    for service in SERVICES:
        paths.update(service.paths)
        schemas.update(service.components)
    responses = {
        name: error_response(name, f"A refusal by the {service.name} service")
        for name, service in [
            ("NeutronError", networking.service),
            ("KeystoneError", identity.service),
            ("NovaError", compute.service),
        ]
    }
    # Glance's refusals are pages; only their codes and the text in them mean something.
    responses["GlanceError"] = {"description": "A refusal by the Image service"}
    responses["Unauthorized"] = error_response("KeystoneError", "There is no token, or it is not valid (any more)")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Plugboard",
            "version": "3",
            "description": DESCRIPTION,
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "tags": [{"name": service.name} for service in SERVICES],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"}},
            "headers": {
                "RequestID": {
                    "description": "The request's id, which the log has too.",
                    "schema": {"type": "string", "pattern": "^req-"},
                }
            },
            "parameters": {**networking.PARAMETERS, **compute.PARAMETERS},
            "responses": responses,
            "schemas": schemas,
        },
    }
