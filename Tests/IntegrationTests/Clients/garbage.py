"""Thousands of requests that no client would send, the same ones for the same seed.

    garbage.py SEED COUNT TOKEN

They go to the services on their usual ports of 127.0.0.1. What they create by accident is deleted again. The last line
of the output is one JSON object: how many of each kind were sent, how they were answered, and what was wrong with an
answer: a status of 500 or more, a body that is not what its head says, silence where an answer is due.
"""

import asyncio
import collections
import json
import random
import sys

NETWORKING, IDENTITY, COMPUTE, IMAGE = 9696, 5000, 8774, 9292
CONNECTIONS = 32
SLOW_CONNECTIONS = 64
ANSWER_SECONDS = 20
UNKNOWN = "83518c18-7e74-4c29-ac04-1d537787ae27"

COLLECTIONS = {
    "networks": (
        "network",
        [
            "name",
            "description",
            "admin_state_up",
            "shared",
            "mtu",
            "provider:network_type",
            "provider:segmentation_id",
            "router:external",
            "port_security_enabled",
            "availability_zone_hints",
            "project_id",
        ],
    ),
    "subnets": (
        "subnet",
        [
            "network_id",
            "ip_version",
            "cidr",
            "gateway_ip",
            "allocation_pools",
            "dns_nameservers",
            "host_routes",
            "enable_dhcp",
            "ipv6_ra_mode",
            "ipv6_address_mode",
            "subnetpool_id",
            "prefixlen",
            "service_types",
        ],
    ),
    "ports": (
        "port",
        [
            "network_id",
            "fixed_ips",
            "mac_address",
            "device_id",
            "device_owner",
            "security_groups",
            "allowed_address_pairs",
            "extra_dhcp_opts",
            "binding:host_id",
            "binding:profile",
            "binding:vnic_type",
        ],
    ),
    "subnetpools": (
        "subnetpool",
        ["name", "prefixes", "default_prefixlen", "min_prefixlen", "max_prefixlen", "shared"],
    ),
    "security-groups": ("security_group", ["name", "description", "stateful"]),
    "security-group-rules": (
        "security_group_rule",
        [
            "security_group_id",
            "direction",
            "protocol",
            "port_range_min",
            "port_range_max",
            "ethertype",
            "remote_ip_prefix",
            "remote_group_id",
        ],
    ),
    "rbac-policies": ("rbac_policy", ["object_type", "object_id", "action", "target_tenant"]),
}

SQL = [
    "'; DROP TABLE ports; --",
    "' OR '1'='1",
    "1; DELETE FROM networks",
    "\"; ATTACH DATABASE 'x' AS y; --",
    "%' UNION SELECT sql FROM sqlite_schema --",
    "x' || (SELECT name FROM users) || '",
    "\\'; VACUUM; --",
    "?1",
    ":id",
    "NULL",
    "0) OR (1=1",
    "id DESC; --",
    "*",
    "%",
    "_",
    "[a-z]",
    "\x00'; --",
]

NUMBERS = [
    "1e999",
    "-1e999",
    "1" + "0" * 400,
    "-9223372036854775809",
    "18446744073709551616",
    "1.0000000000000001",
    "-0",
    "0.1e-400",
    "9" * 5000,
    "1E+2147483648",
    "00",
    "+1",
    "0x10",
    "1_000",
    ".5",
    "5.",
    "NaN",
    "Infinity",
    "--1",
]

BAD_UTF8 = [
    b"\xff",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\xf8\x88\x80\x80\x80",
    b"\xe2\x82",
    b"\xf4\x90\x80\x80",
    b"\x80",
    b"\xfe\xff",
]


class Client:
    def __init__(self, seed, token):
        self.random = random.Random(seed)
        self.token = token.encode()
        self.sent = collections.Counter()
        self.answered = collections.Counter()
        self.wrong = []
        self.made = []

    # What is sent

    def head(self, method, path, length=None, *, headers=b"", token=True):
        if isinstance(path, str):
            path = path.encode("utf-8", "surrogateescape")
        lines = b"%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n" % (method.encode(), path)
        if token:
            lines += b"X-Auth-Token: %s\r\n" % self.token
        if length is not None:
            lines += b"Content-Type: application/json\r\nContent-Length: %d\r\n" % length
        return lines + headers + b"\r\n"

    def with_body(self, method, path, body):
        return self.head(method, path, len(body)) + body

    def place(self):
        """A method and a path that take a body."""
        collection = self.random.choice(list(COLLECTIONS))
        if self.random.random() < 0.3:
            return "PUT", f"/v2.0/{collection}/{UNKNOWN}", COLLECTIONS[collection]
        return "POST", f"/v2.0/{collection}", COLLECTIONS[collection]

    def nonsense(self, depth=0):
        """A value of no particular type."""
        pick = self.random.randrange(12 if depth < 4 else 8)
        if pick < 2:
            return self.random.choice(SQL)
        if pick == 2:
            return self.random.choice([True, False, None])
        if pick == 3:
            return self.random.choice([0, -1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), 1.5, 1e308])
        if pick == 4:
            return "".join(chr(self.random.choice([0, 9, 0x41, 0xDF, 0x202E, 0xFFFD, 0x1F600])) for _ in range(9))
        if pick == 5:
            return "x" * self.random.choice([0, 1, 255, 256, 5000])
        if pick == 6:
            return self.random.choice([UNKNOWN, UNKNOWN.upper(), UNKNOWN[:-1], "", " ", "None"])
        if pick == 7:
            return self.random.choice(
                ["10.0.0.0/33", "::/129", "1.2.3.4.5", "10.0.0.1%eth0", "fa:16:3e", "0/0", "::ffff:1.2.3.4"]
            )
        if pick < 10:
            return [self.nonsense(depth + 1) for _ in range(self.random.randrange(4))]
        return {str(self.nonsense(9))[:40]: self.nonsense(depth + 1) for _ in range(self.random.randrange(4))}

    def fields(self):
        """SQL or nonsense in some of the fields that the resource has."""
        method, path, (member, names) = self.place()
        chosen = self.random.sample(names, self.random.randint(1, len(names)))
        body = {name: self.nonsense() for name in chosen}
        return self.with_body(method, path, json.dumps({member: body}).encode())

    def queries(self):
        """SQL in filters, sort keys, markers, and ids."""
        collection = self.random.choice(list(COLLECTIONS))
        quote = lambda text: "".join(f"%{byte:02X}" for byte in text.encode())
        value = quote(self.random.choice(SQL))
        name = self.random.choice(
            COLLECTIONS[collection][1]
            + [
                "sort_key",
                "sort_dir",
                "limit",
                "marker",
                "fields",
                "tags",
                "not-tags-any",
                "page_reverse",
                "fixed_ips",
                "id",
                "revision_number",
                value,
            ]
        )
        query = "&".join(f"{name}={value}" for _ in range(self.random.choice([1, 1, 2, 50])))
        path = self.random.choice(
            [f"{collection}?{query}", f"{collection}/{value}", f"{collection}/{value}/tags/{value}"]
        )
        method = "GET" if "?" in path else self.random.choice(["GET", "DELETE", "PUT"])
        if method == "PUT":
            return self.with_body(method, f"/v2.0/{path}", b"{}")
        return self.head(method, f"/v2.0/{path}")

    def broken_json(self):
        method, path, (member, names) = self.place()
        whole = json.dumps({member: {name: self.nonsense() for name in names}}).encode()
        pick = self.random.randrange(5)
        if pick == 0:
            whole = whole[: self.random.randrange(len(whole))]
        elif pick == 1:
            at = self.random.randrange(len(whole))
            whole = whole[:at] + bytes([self.random.randrange(256)]) + whole[at + 1 :]
        elif pick == 2:
            whole = whole + self.random.choice([b"}", b"{}", b"\x00", b"//", whole])
        elif pick == 3:
            whole = self.random.choice(
                [b'{"a":1,"a":2}', b"[1,]", b"{,}", b"'x'", b'"\\ud800"', b'"\\u12"', b"", b"\xef\xbb\xbf{}"]
            )
        else:
            whole = self.random.randbytes(self.random.randrange(400))
        return self.with_body(method, path, whole)

    def deep(self):
        method, path, (member, names) = self.place()
        depth = self.random.choice([33, 129, 1000, 100_000])
        opening, closing = self.random.choice([(b"[", b"]"), (b'{"a":', b"}")])
        value = opening * depth + b"1" + (closing * depth if self.random.random() < 0.5 else b"")
        if self.random.random() < 0.5:
            value = b'{"%s": {"%s": %s}}' % (member.encode(), names[0].encode(), value)
        return self.with_body(method, path, value)

    def numbers(self):
        method, path, (member, names) = self.place()
        number = self.random.choice(NUMBERS).encode()
        name = self.random.choice(names).encode()
        return self.with_body(method, path, b'{"%s": {"%s": %s}}' % (member.encode(), name, number))

    def encodings(self):
        method, path, (member, names) = self.place()
        bad = self.random.choice(BAD_UTF8)
        pick = self.random.randrange(4)
        if pick == 0:
            return self.with_body(method, path, b'{"%s": {"%s": "%s"}}' % (member.encode(), names[0].encode(), bad))
        if pick == 1:
            escaped = "".join(f"%{byte:02x}" for byte in bad)
            return self.head("GET", f"/v2.0/ports?name={escaped}&fields={escaped}")
        if pick == 2:
            return self.head("GET", b"/v2.0/ports/" + bad)
        return self.head("GET", "/v2.0/ports", headers=b"If-Match: %s\r\nAccept-Language: %s\r\n" % (bad, bad))

    def elsewhere(self):
        """The same for the other services."""
        pick = self.random.randrange(6)
        text = json.dumps(self.nonsense()).encode()
        if pick == 0:
            return IDENTITY, self.with_body("POST", "/v3/auth/tokens", b'{"auth": {"identity": %s}}' % text)
        if pick == 1:
            kind = self.random.choice(["user", "project", "role", "domain", "group", "service", "endpoint"])
            return IDENTITY, self.with_body("POST", f"/v3/{kind}s", b'{"%s": %s}' % (kind.encode(), text))
        if pick == 2:
            kind = self.random.choice(["users", "projects", "roles", "role_assignments", "groups"])
            value = "".join(f"%{byte:02X}" for byte in self.random.choice(SQL).encode())
            return IDENTITY, self.head("GET", f"/v3/{kind}?name={value}&id={value}")
        if pick == 3:
            return COMPUTE, self.with_body("POST", "/v2.1/servers", b'{"server": %s}' % text)
        if pick == 4:
            return COMPUTE, self.with_body("POST", "/v2.1/os-server-external-events", b'{"events": %s}' % text)
        return IMAGE, self.with_body("POST", "/v2/images", text)

    def heads(self):
        """Heads of a megabyte, and heads that are none."""
        pick = self.random.randrange(9)
        if pick == 0:
            return self.head("GET", "/v2.0/ports", headers=b"X-Large: " + b"x" * 1_000_000 + b"\r\n")
        if pick == 1:
            return self.head(
                "GET", "/v2.0/ports", headers=b"".join(b"X-%d: y\r\n" % number for number in range(60_000))
            )
        if pick == 2:
            return self.head("GET", "/v2.0/ports?name=" + "x" * self.random.choice([9_000, 70_000, 1_000_000]))
        if pick == 3:
            return b"GET /v2.0/ports HTTP/1.1\r\nX-Auth-Token: " + b"t" * 100_000 + b"\r\n\r\n"
        if pick == 4:
            return self.random.choice(
                [
                    b"\r\n\r\n",
                    b"GET\r\n\r\n",
                    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                    b"GET / HTTP/9.9\r\n\r\n",
                    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
                    b"GET http://[ HTTP/1.1\r\n\r\n",
                ]
            )
        if pick == 5:
            return self.head(
                self.random.choice(["BREW", "get", "G" * 5000, "CONNECT", "TRACE", "OPTIONS"]), "/v2.0/ports"
            )
        if pick == 6:
            return self.head(
                "POST",
                "/v2.0/ports",
                headers=self.random.choice(
                    [
                        b"Content-Length: -1\r\n",
                        b"Content-Length: 99999999999999999999\r\n",
                        b"Content-Length: 1\r\nContent-Length: 2\r\n",
                        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                        b"Transfer-Encoding: nonsense\r\n",
                        b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
                        b"Transfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n",
                    ]
                ),
            )
        if pick == 7:
            return self.head(
                "GET",
                "/v2.0/ports",
                headers=self.random.choice(
                    [
                        b" folded: x\r\n",
                        b"X-\x00: 1\r\n",
                        b": no name\r\n",
                        b"X-Auth-Token\r\n",
                        b"X-A:\rb\n",
                        b"Expect: everything\r\n",
                    ]
                ),
            )
        return self.random.randbytes(self.random.randrange(1, 3000))

    def pipelines(self):
        good = self.head("GET", "/v2.0/networks?limit=1")
        pieces = [good, good, self.fields(), self.broken_json(), self.random.randbytes(40), b"\r\n\r\n", self.heads()]
        return b"".join(self.random.choice(pieces) for _ in range(self.random.randint(2, 6)))

    def halves(self):
        whole = self.fields()
        return whole[: self.random.randrange(1, len(whole))]

    # What comes back

    def note(self, kind, what, data, received):
        sent = data.replace(self.token, b"...")[:300]
        self.wrong.append(f"{kind}: {what}; sent {sent!r}, received {received[:300]!r}")

    async def exchange(self, port, data, *, half_closed=False):
        """Sends bytes and reads all that comes until the server has answered or has hung up."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
        received = b""
        try:
            writer.write(data)
            if half_closed:
                writer.write_eof()
            try:
                await asyncio.wait_for(writer.drain(), ANSWER_SECONDS)
            except ConnectionError:
                pass
            received = await asyncio.wait_for(self.answer(reader), ANSWER_SECONDS)
        finally:
            writer.transport.abort()
        return received

    async def answer(self, reader):
        received = b""
        while True:
            try:
                piece = await reader.read(1 << 16)
            except ConnectionError:
                return received
            received += piece
            if not piece or self.is_whole(received):
                return received

    def is_whole(self, received):
        head, separator, body = received.partition(b"\r\n\r\n")
        if not separator:
            return False
        return len(body) >= self.length(head)

    def length(self, head):
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                return int(value)
        return 0

    def judge(self, kind, data, received):
        def wrong(what):
            self.note(kind, what, data, received)

        if not received:
            self.answered["closed"] += 1
            return
        head, _, body = received.partition(b"\r\n\r\n")
        try:
            status = int(head.split(b" ", 2)[1])
        except (IndexError, ValueError):
            wrong("no status line")
            return
        self.answered[str(status)] += 1
        if status >= 500 and status != 501:
            wrong("a server error")
        body = body[: self.length(head)]
        if b"application/json" in head and body and not data.startswith(b"HEAD"):
            try:
                answer = json.loads(body)
            except ValueError:
                wrong("a body that is no JSON")
                return
            if status == 201:
                self.made += self.identifiers(data, answer)

    def identifiers(self, data, answer):
        path = data.split(b" ", 2)[1].decode()
        # An image stands there without a member around it.
        members = [answer, *answer.values()] if isinstance(answer, dict) else []
        resources = [each for member in members for each in (member if isinstance(member, list) else [member])]
        return [f"{path}/{each['id']}" for each in resources if isinstance(each, dict) and "id" in each]

    # The run

    KINDS = {
        "fields": 26,
        "queries": 16,
        "broken_json": 16,
        "numbers": 9,
        "encodings": 8,
        "elsewhere": 8,
        "deep": 5,
        "heads": 4,
        "pipelines": 4,
        "halves": 4,
    }

    def requests(self, count):
        kinds = self.random.choices(list(self.KINDS), weights=self.KINDS.values(), k=count)
        for kind in kinds:
            data = getattr(self, kind)()
            port, data = data if isinstance(data, tuple) else (NETWORKING, data)
            yield kind, port, data

    async def run_some(self, requests):
        for kind, port, data in requests:
            self.sent[kind] += 1
            # What is not a whole request gets its end by half a close, or the server would wait for the rest.
            half_closed = kind in ("halves", "heads", "pipelines")
            try:
                received = await self.exchange(port, data, half_closed=half_closed)
            except TimeoutError:
                self.note(kind, "silence", data, b"")
                continue
            self.judge(kind, data, received)

    async def trickle(self, ended):
        """A body that never comes to its end, and a head that does not."""
        start = self.random.choice([self.head("POST", "/v2.0/ports", 100_000), b"GET /v2.0/ports HTTP/1.1\r\nX-Slow: "])
        reader, writer = await asyncio.open_connection("127.0.0.1", NETWORKING)
        try:
            writer.write(start)
            while not ended.is_set():
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.25)
        except ConnectionError:
            # The server has lost its patience, which it may.
            self.answered["hung up on a slow one"] += 1
        finally:
            writer.transport.abort()

    async def clean(self):
        for path in self.made:
            port = NETWORKING if path.startswith("/v2.0") else IDENTITY if path.startswith("/v3") else IMAGE
            if not path.startswith(("/v2.0", "/v3", "/v2/images")):
                port = COMPUTE
            await self.exchange(port, self.head("DELETE", path))

    async def run(self, count):
        ended = asyncio.Event()
        slow = [asyncio.create_task(self.trickle(ended)) for _ in range(SLOW_CONNECTIONS)]
        requests = self.requests(count)
        await asyncio.gather(*(self.run_some(requests) for _ in range(CONNECTIONS)))
        ended.set()
        await asyncio.gather(*slow)
        await self.clean()
        return {"sent": self.sent, "answered": self.answered, "made": len(self.made), "wrong": self.wrong[:20]}


def main(arguments):
    seed, count = int(arguments[0]), int(arguments[1])
    print(f"seed {seed}, {count} requests", flush=True)
    print(json.dumps(asyncio.run(Client(seed, arguments[2]).run(count))))


if __name__ == "__main__":
    main(sys.argv[1:])
