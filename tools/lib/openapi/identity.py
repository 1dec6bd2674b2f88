"""The Identity service, Keystone's API version 3."""

from .shapes import (
    BOOLEAN,
    ID,
    NAME,
    OBJECT,
    TEXT,
    TIME,
    Attribute,
    Resource,
    Service,
    list_of,
    nullable,
    number,
    object_of,
    one_of,
    query_parameter,
    reference,
    wrapped,
)

service = Service("Identity", 5000, "KeystoneError")

service.components["Links"] = {
    "type": "object",
    "properties": {"self": TEXT, "next": nullable(TEXT), "previous": nullable(TEXT)},
}
LINKS = reference("Links")
TAGS = list_of(
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[^/,]*$"}, maxItems=80, uniqueItems=True
)
SHORT_NAME = {"type": "string", "minLength": 1, "maxLength": 64}
LONG_NAME = {"type": "string", "minLength": 1, "maxLength": 255}
COMMON = {
    "id": Attribute(ID),
    "description": Attribute(nullable(TEXT), "cur"),
    "enabled": Attribute(BOOLEAN, "cur"),
    "options": Attribute(OBJECT),
    "links": Attribute(LINKS),
}

DOMAIN = Resource(
    "domain",
    "domains",
    "domain",
    {
        **COMMON,
        "name": Attribute(SHORT_NAME, "c!ur"),
        "tags": Attribute(TAGS, "cur"),
    },
    open_ended=True,
)
PROJECT = Resource(
    "project",
    "projects",
    "project",
    {
        **COMMON,
        "name": Attribute(SHORT_NAME, "c!ur"),
        "tags": Attribute(TAGS, "cur"),
        "domain_id": Attribute(nullable(ID), "cr"),
        "parent_id": Attribute(nullable(ID), "cr"),
        "is_domain": Attribute(BOOLEAN, "cr"),
    },
    open_ended=True,
)
USER = Resource(
    "user",
    "users",
    "user",
    {
        **COMMON,
        "name": Attribute(LONG_NAME, "c!ur"),
        "domain_id": Attribute(ID, "cr"),
        "password": Attribute(nullable({"type": "string", "minLength": 1, "maxLength": 4096}), "cu"),
        "default_project_id": Attribute(nullable(ID), "cur"),
        "email": Attribute(TEXT, "cur"),
        "password_expires_at": Attribute(nullable(TIME)),
    },
    open_ended=True,
)
GROUP = Resource(
    "group",
    "groups",
    "group",
    {
        "id": Attribute(ID),
        "name": Attribute(LONG_NAME, "c!ur"),
        "description": Attribute(nullable(TEXT), "cur"),
        "domain_id": Attribute(ID, "cr"),
        "links": Attribute(LINKS),
    },
    open_ended=True,
)
ROLE = Resource(
    "role",
    "roles",
    "role",
    {
        "id": Attribute(ID),
        "name": Attribute(LONG_NAME, "c!ur"),
        "description": Attribute(nullable(TEXT), "cur"),
        "domain_id": Attribute({"type": "null"}),
        "options": Attribute(OBJECT),
        "links": Attribute(LINKS),
    },
    open_ended=True,
)
SERVICE = Resource(
    "service",
    "services",
    "service of the catalog",
    {
        "id": Attribute(ID),
        "type": Attribute(LONG_NAME, "c!ur"),
        "name": Attribute(nullable(NAME), "cur"),
        "description": Attribute(nullable(TEXT), "cur"),
        "enabled": Attribute(BOOLEAN, "cur"),
        "links": Attribute(LINKS),
    },
    open_ended=True,
)
ENDPOINT = Resource(
    "endpoint",
    "endpoints",
    "endpoint of the catalog",
    {
        "id": Attribute(ID),
        "service_id": Attribute(ID, "c!ur"),
        "interface": Attribute(one_of("public", "internal", "admin"), "c!ur"),
        "url": Attribute({"type": "string", "minLength": 1, "maxLength": 2048}, "c!ur"),
        "region": Attribute(nullable(NAME), "cur"),
        "region_id": Attribute(nullable(NAME), "cur"),
        "enabled": Attribute(BOOLEAN, "cur"),
        "links": Attribute(LINKS),
    },
    open_ended=True,
)
REGION = Resource(
    "region",
    "regions",
    "region",
    {
        "id": Attribute(NAME, "cr"),
        "description": Attribute(nullable(TEXT), "cur"),
        "parent_region_id": Attribute(nullable(NAME), "cur"),
        "links": Attribute(LINKS),
    },
    open_ended=True,
)
CREDENTIAL = Resource(
    "application_credential",
    "application_credentials",
    "application credential",
    {
        "id": Attribute(ID),
        "name": Attribute(LONG_NAME, "c!r"),
        "description": Attribute(nullable(TEXT), "cr"),
        "project_id": Attribute(ID),
        "system": Attribute({"type": "null"}),
        "user_id": Attribute(ID),
        "secret": Attribute(nullable({"type": "string", "minLength": 1, "maxLength": 4096}), "cr"),
        "expires_at": Attribute(nullable(TEXT), "cr"),
        "unrestricted": Attribute(BOOLEAN, "cr"),
        "roles": Attribute(list_of({"type": "object", "properties": {"id": ID, "name": NAME}}, maxItems=100), "cr"),
        "access_rules": Attribute(list_of(OBJECT, maxItems=0)),
        "links": Attribute(LINKS),
    },
    open_ended=True,
)

PAGE = [query_parameter("limit", number(1, 2**31 - 1)), query_parameter("marker", ID)]
REFERENCE = {"type": "object", "required": ["id"], "properties": {"id": ID, "name": NAME}}


def listed(resource):
    return wrapped(resource.collection, list_of(resource.shown), links=LINKS)


def collection(resource, filters, *, status="201"):
    """List, create, show, update and delete."""
    service.add_resource(resource)
    base = f"/v3/{resource.collection}"
    element = f"{base}/{{id}}"
    one = wrapped(resource.member, resource.shown)
    parameters = [query_parameter(name, TEXT) for name in filters.split()] + PAGE
    service.operation("get", base, f"Lists every {resource.title}", parameters=parameters, answer=listed(resource))
    body = wrapped(resource.member, reference(resource.name + "Create"))
    service.operation("post", base, f"Creates a {resource.title}", body=body, answer=one, status=status)
    service.operation("get", element, f"Shows a {resource.title}", answer=one)
    body = wrapped(resource.member, reference(resource.name + "Update"))
    service.operation("patch", element, f"Updates a {resource.title}", body=body, answer=one)
    service.operation("delete", element, f"Deletes a {resource.title}", status="204")


def named(member):
    """A user or a project by its id, or by its name in a domain."""
    domain = {"type": "object", "properties": {"id": ID, "name": NAME}}
    return {"type": "object", "properties": {"id": ID, "name": NAME, "domain": domain, **member}}


def tokens():
    identity = {
        "type": "object",
        "required": ["methods"],
        "properties": {
            "methods": list_of(one_of("password", "token", "application_credential"), minItems=1),
            "password": object_of("user", user=named({"password": TEXT})),
            "token": object_of("id", id=TEXT),
            "application_credential": {
                "type": "object",
                "required": ["secret"],
                "properties": {"id": ID, "name": NAME, "secret": TEXT, "user": named({})},
            },
        },
    }
    scope = {
        "oneOf": [
            {"const": "unscoped"},
            object_of("project", project=named({})),
            object_of("domain", domain={"type": "object", "properties": {"id": ID, "name": NAME}}),
            object_of("system", system=object_of("all", all={"const": True})),
            object_of("unscoped", unscoped=OBJECT),
        ]
    }
    body = object_of("auth", auth=object_of("identity", identity=identity, scope=scope))
    endpoint = {"type": "object", "required": ["id", "interface", "url", "region", "region_id"]}
    entry = {
        "type": "object",
        "required": ["id", "type", "name", "endpoints"],
        "properties": {"id": ID, "type": NAME, "name": NAME, "endpoints": list_of(endpoint)},
    }
    service.components["CatalogEntry"] = entry
    service.components["Token"] = {
        "type": "object",
        "required": ["methods", "user", "audit_ids", "issued_at", "expires_at"],
        "properties": {
            "methods": list_of(NAME),
            "user": REFERENCE,
            "audit_ids": list_of(TEXT),
            "issued_at": TIME,
            "expires_at": TIME,
            "project": REFERENCE,
            "domain": REFERENCE,
            "system": OBJECT,
            "roles": list_of(REFERENCE),
            "is_domain": BOOLEAN,
            "catalog": list_of(reference("CatalogEntry")),
        },
    }
    path, answer = "/v3/auth/tokens", wrapped("token", reference("Token"))
    subject = {
        "name": "X-Subject-Token",
        "in": "header",
        "required": True,
        "schema": TEXT,
        "description": "The token it is about.",
    }
    no_catalog = query_parameter("nocatalog", TEXT, "Present: leaves the catalog out.")
    login = service.operation(
        "post", path, "Logs in", body=body, answer=answer, status="201", parameters=[no_catalog], is_open=True
    )
    login["responses"]["201"]["headers"]["X-Subject-Token"] = {"description": "The token.", "schema": TEXT}
    service.operation("get", path, "Shows a token", answer=answer, parameters=[subject, no_catalog])
    service.operation("delete", path, "Revokes a token", status="204", parameters=[subject])
    catalog = wrapped("catalog", list_of(reference("CatalogEntry")), links=LINKS)
    service.operation("get", "/v3/auth/catalog", "Shows the catalog for the token", answer=catalog)
    service.operation(
        "get",
        "/v3/auth/projects",
        "Lists the projects that the caller could log in to",
        answer=listed(PROJECT),
        parameters=PAGE,
    )
    service.operation(
        "get",
        "/v3/auth/domains",
        "Lists the domains that the caller could log in to",
        answer=listed(DOMAIN),
        parameters=PAGE,
    )
    answer = wrapped("system", list_of(OBJECT), links=LINKS)
    service.operation("get", "/v3/auth/system", "Tells whether the caller could log in to the system", answer=answer)


def memberships():
    service.operation(
        "get", "/v3/users/{id}/projects", "Lists a user's projects", answer=listed(PROJECT), parameters=PAGE
    )
    service.operation("get", "/v3/users/{id}/groups", "Lists a user's groups", answer=listed(GROUP), parameters=PAGE)
    new = object_of(
        "original_password",
        "password",
        original_password=TEXT,
        password={"type": "string", "minLength": 1, "maxLength": 4096},
    )
    service.operation(
        "post", "/v3/users/{id}/password", "Changes one's own password", body=wrapped("user", new), status="204"
    )
    service.operation("get", "/v3/groups/{id}/users", "Lists a group's users", answer=listed(USER), parameters=PAGE)
    element = "/v3/groups/{id}/users/{user_id}"
    service.operation("get", element, "Tells whether a user is in a group", status="204")
    service.operation("put", element, "Adds a user to a group", status="204")
    service.operation("delete", element, "Removes a user from a group", status="204")


def grants():
    for target in ["projects/{id}", "domains/{id}", "system"]:
        for holder in ["users", "groups"]:
            base = f"/v3/{target}/{holder}/{{actor_id}}/roles"
            what = f"{holder} in {target.split('/')[0]}"
            service.operation("get", base, f"Lists roles of {what}", answer=listed(ROLE))
            service.operation("get", f"{base}/{{role_id}}", f"Tells whether there is a role of {what}", status="204")
            service.operation("put", f"{base}/{{role_id}}", f"Grants a role to {what}", status="204")
            service.operation("delete", f"{base}/{{role_id}}", f"Takes a role from {what}", status="204")
    assignment = {
        "type": "object",
        "required": ["role", "scope"],
        "properties": {"role": REFERENCE, "scope": OBJECT, "user": REFERENCE, "group": REFERENCE, "links": OBJECT},
    }
    names = [
        "user.id",
        "group.id",
        "role.id",
        "scope.project.id",
        "scope.domain.id",
        "scope.system",
        "scope.OS-INHERIT:inherited_to",
        "effective",
        "include_names",
        "include_subtree",
    ]
    service.operation(
        "get",
        "/v3/role_assignments",
        "Lists who has which role where",
        parameters=[query_parameter(name, TEXT) for name in names],
        answer=wrapped("role_assignments", list_of(assignment), links=LINKS),
    )
    inference = wrapped("prior_role", REFERENCE)
    service.operation(
        "get",
        "/v3/role_inferences",
        "Lists which role implies which",
        answer=wrapped("role_inferences", list_of(inference), links=LINKS),
    )
    one = wrapped("role_inference", inference, links=LINKS)
    element = "/v3/roles/{id}/implies/{implied_id}"
    service.operation("get", "/v3/roles/{id}/implies", "Lists what a role implies", answer=one)
    service.operation("get", element, "Tells whether a role implies another", answer=one)
    service.operation("put", element, "Makes a role imply another", answer=one, status="201")
    service.operation("delete", element, "Ends a role's implying another", status="204")


def credentials():
    service.add_resource(CREDENTIAL)
    base = "/v3/users/{id}/application_credentials"
    one = wrapped(CREDENTIAL.member, CREDENTIAL.shown)
    service.operation(
        "get",
        base,
        "Lists a user's application credentials",
        answer=listed(CREDENTIAL),
        parameters=[query_parameter("name", TEXT)],
    )
    body = wrapped(CREDENTIAL.member, reference("ApplicationCredentialCreate"))
    service.operation("post", base, "Creates an application credential", body=body, answer=one, status="201")
    service.operation("get", f"{base}/{{credential_id}}", "Shows an application credential", answer=one)
    service.operation("delete", f"{base}/{{credential_id}}", "Deletes an application credential", status="204")


def project_tags():
    base = "/v3/projects/{id}/tags"
    several = wrapped("tags", TAGS, links=LINKS)
    service.operation("get", base, "Lists a project's tags", answer=several)
    service.operation("put", base, "Replaces a project's tags", body=object_of("tags", tags=TAGS), answer=several)
    service.operation("delete", base, "Removes a project's tags", status="204")
    service.operation("get", f"{base}/{{value}}", "Tells whether a project has a tag", status="204")
    service.operation("put", f"{base}/{{value}}", "Adds a tag to a project", status="201")
    service.operation("delete", f"{base}/{{value}}", "Removes a tag from a project", status="204")


service.operation("get", "/v3", "Shows the version", answer=wrapped("version", OBJECT), is_open=True)
tokens()
collection(DOMAIN, "name enabled")
collection(PROJECT, "name domain_id enabled parent_id is_domain tags tags-any not-tags not-tags-any")
collection(USER, "name domain_id enabled")
collection(GROUP, "name domain_id")
collection(ROLE, "name domain_id")
collection(SERVICE, "type name")
collection(ENDPOINT, "interface service_id region_id")
collection(REGION, "parent_region_id")
body = wrapped("region", reference("RegionCreate"))
service.operation(
    "put",
    "/v3/regions/{id}",
    "Creates a region of this id",
    body=body,
    answer=wrapped("region", REGION.shown),
    status="201",
)
memberships()
credentials()
grants()
project_tags()
