import AsyncHTTPClient
import Libvirt
import Model
import NIOCore
import NIOHTTP1
import OsloConfig
import Store

/// Whether the server and libvirt answer, and whether the host's clock is the server's.
struct ReachCheck {
  /// Above this the times in `port_transitions` cannot be compared, and an agent may look dead.
  private static let tolerance = 2.0

  private let options: OsloOptions

  init(_ options: OsloOptions) {
    self.options = options
  }

  func findings() async -> [Finding] { [await server(), await libvirt()] }

  private func server() async -> Finding {
    guard let url = options.string("plugboard.server"), !url.isEmpty else {
      return .remark("server", "none given; [plugboard] server names the Networking service")
    }
    do {
      let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(5))
      guard let text = response.headers.first(name: "date"), let date = Timestamp(httpDate: text) else {
        return .remark("server", "\(url) answers, and does not say what time it is")
      }
      return Self.clock(url, offset: seconds(from: Timestamp.systemNow(), to: date))
    } catch {
      return .bad("server", "\(url) does not answer (\(error)); is plugboard-server running, and is this its address?")
    }
  }

  private func seconds(from start: Timestamp, to end: Timestamp) -> Double {
    Double(end.microseconds - start.microseconds) / 1_000_000
  }

  /// The header has no fractions, so the offset is up to a second too low.
  static func clock(_ url: String, offset: Double) -> Finding {
    let offset = offset + 0.5
    if abs(offset) <= tolerance { return .good("server and clock", "\(url) answers, and its clock is this host's") }
    return .bad(
      "server and clock",
      "\(url) answers, and its clock is \(Int(abs(offset))) s \(offset > 0 ? "ahead" : "behind"); "
        + "let both follow one time source (chrony, systemd-timesyncd)")
  }

  private func libvirt() async -> Finding {
    guard let uri = options.string("libvirt.connection_uri"), !uri.isEmpty else {
      return .good("libvirt", "inside plugboard-compute; no [libvirt] connection_uri is given")
    }
    do {
      let version = try await Connection.open(uri).hypervisorVersion()
      return .good("libvirt", "\(uri) answers, hypervisor \(version / 1_000_000).\(version / 1000 % 1000)")
    } catch {
      return .bad("libvirt", "\(uri): \(error); is the daemon running, and may this user use its socket?")
    }
  }
}

extension Timestamp {
  /// Reads the one form of a date that servers send (RFC 9110, IMF-fixdate): `Sun, 06 Nov 1994 08:49:37 GMT`.
  init?(httpDate text: String) {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let words = text.split(separator: " ")
    guard words.count == 6, words[5] == "GMT", let month = months.firstIndex(of: String(words[2])) else { return nil }
    let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
    self.init("\(words[3])-\(number)-\(words[1])T\(words[4])Z")
  }
}
