import Support
import Testing

extension DHCPBench {
  /// Asks for an address and a name server by DHCPv6 (RFC 8415), as the guest with this MAC address.
  ///
  /// - Returns: The address and the name server; empty if nobody answered.
  func askDHCPv6(_ mac: String) async throws -> [String] {
    let output = try await asGuest("python3", "-c", Self.client, mac)
    try #require(output.succeeded, "\(output.errors)")
    return output.output.split(separator: "\n").map(String.init)
  }

  /// Solicit and request, each again and again for some seconds: the guest's link-local address has to come first.
  private static let client = #"""
    import socket, struct, sys, time

    link = socket.if_nametoindex("eth0")
    client = b"\0\3\0\1" + bytes.fromhex(sys.argv[1].replace(":", ""))
    option = lambda code, value: struct.pack(">HH", code, len(value)) + value

    def options(data):
        found = {}
        while len(data) >= 4:
            code, length = struct.unpack(">HH", data[:4])
            found[code], data = data[4 : 4 + length], data[4 + length :]
        return found

    def ask(kind, answer, more, addresses=b""):
        message = bytes([kind, 0, 0, kind]) + option(1, client) + option(8, b"\0\0") + more
        message += option(3, struct.pack(">III", 7, 0, 0) + addresses) + option(6, struct.pack(">H", 23))
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                port.sendto(message, ("ff02::1:2", 547, 0, link))
                data = port.recv(2000)
                if data[:4] == bytes([answer, 0, 0, kind]):
                    return options(data[4:])
            except OSError:
                time.sleep(0.05)
        sys.exit()

    port = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    port.bind(("::", 546))
    port.settimeout(0.5)
    offer = ask(1, 2, b"")
    reply = ask(3, 7, option(2, offer[2]), offer[3][12:])
    text = lambda octets: socket.inet_ntop(socket.AF_INET6, octets)
    print(text(options(reply[3][12:])[5][:16]))
    print(text(reply[23][:16]))
    """#
}
