import AsyncHTTPClient
import JSON
import Model
import NIOCore
import NIOHTTP1
import OpenStackHTTP
import Testing

@Suite("What an image's data is, judged before anybody reads it", .timeLimit(.minutes(2)))
struct ImageInspectionTests {
  struct Harmless: Sendable {
    let format: String
    let bytes: [UInt8]
    let virtualSize: UInt64
    var found: ImageFormat?
  }

  @Test(
    "data that is whole in itself passes, and its size is known",
    arguments: [
      Harmless(format: "qcow2", bytes: HostileImages.qcow2, virtualSize: 1 << 20),
      Harmless(format: "vmdk", bytes: HostileImages.vmdk(), virtualSize: 1 << 20),
      Harmless(format: "vdi", bytes: HostileImages.vdi, virtualSize: 4 << 20),
      Harmless(format: "vhd", bytes: HostileImages.vhd, virtualSize: 4 << 20),
      Harmless(format: "vhdx", bytes: HostileImages.vhdx, virtualSize: 8 << 20),
      Harmless(format: "iso", bytes: HostileImages.iso, virtualSize: 40 << 10),
      // A disc that boots as a disk too.
      Harmless(format: "iso", bytes: HostileImages.iso.with { $0.put([0x55, 0xAA], at: 510) }, virtualSize: 40 << 10),
      Harmless(format: "raw", bytes: HostileImages.gpt, virtualSize: 40 << 10, found: .gpt),
      Harmless(format: "raw", bytes: HostileImages.iso, virtualSize: 40 << 10, found: .iso),
      Harmless(format: "raw", bytes: [], virtualSize: 0), Harmless(format: "raw", bytes: [1], virtualSize: 1),
      Harmless(format: "aki", bytes: Array("kernel".utf8), virtualSize: 6, found: .raw),
    ])
  func harmless(image: Harmless) async throws {
    let inspection = try await image.bytes.inspected(as: image.format)
    #expect(inspection.virtualSize == image.virtualSize)
    #expect(inspection.format == image.found ?? ImageFormat(rawValue: image.format))
  }

  /// What is wrong with them, and how they are said to be.
  static let hostile: [(String, String, [UInt8])] = {
    let (qcow2, vmdk) = (HostileImages.qcow2, HostileImages.descriptor)
    return [
      ("backing file", "qcow2", qcow2.with { $0.put([0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 11], at: 8) }),
      ("backing file without a name", "qcow2", qcow2.with { $0.put(big: UInt64(512), at: 8) }),
      ("external data file", "qcow2", qcow2.with { $0[79] = 0b100 }),
      ("data file's name", "qcow2", qcow2.with { $0.put(big: UInt32(0x4441_5441), at: 104) }),
      ("unknown feature", "qcow2", qcow2.with { $0[72] = 0x80 }),
      ("encrypted", "qcow2", qcow2.with { $0[35] = 1 }),
      ("LUKS", "qcow2", qcow2.with { $0[35] = 2 }),
      ("version 1", "qcow2", qcow2.with { $0[7] = 1 }),
      ("exabytes", "qcow2", qcow2.with { $0.put(big: UInt64(1) << 60, at: 24) }),
      ("all bytes there are", "qcow2", qcow2.with { $0.put(big: UInt64.max, at: 24) }),
      ("clusters of a bit", "qcow2", qcow2.with { $0.put(big: UInt32(0), at: 20) }),
      ("clusters without end", "qcow2", qcow2.with { $0.put(big: UInt32(63), at: 20) }),
      ("table behind the end", "qcow2", qcow2.with { $0.put(big: UInt64(1) << 40, at: 40) }),
      ("table at the end of numbers", "qcow2", qcow2.with { $0.put(big: UInt64.max << 16, at: 40) }),
      ("counts behind the end", "qcow2", qcow2.with { $0.put(big: UInt64(9) << 16, at: 48) }),
      ("level 2 behind the end", "qcow2", qcow2.with { $0.put(big: UInt64(1) << 32, at: 3 << 16) }),
      ("huge header", "qcow2", qcow2.with { $0.put(big: UInt32.max, at: 100) }),
      ("huge extension", "qcow2", qcow2.with { $0.put(big: UInt64(0x1234_5678_FFFF_FFFF), at: 104) }),
      ("snapshots behind the end", "qcow2", qcow2.with { $0.put([1] + Array(repeating: 0xFF, count: 8), at: 63) }),
      ("cut off in the header", "qcow2", Array(qcow2.prefix(50))),
      ("cut off in the tables", "qcow2", Array(qcow2.prefix(2 << 16))),
      ("not qcow2", "qcow2", HostileImages.gpt), ("empty", "qcow2", []),
      ("in truth qcow2", "raw", qcow2), ("in truth qcow2", "iso", qcow2), ("in truth qcow2", "aki", qcow2),
      ("qcow2 and ISO at once", "qcow2", qcow2.with { $0.put(Array("CD001".utf8), at: 32_769) }),
      ("qcow2 and ISO at once", "iso", qcow2.with { $0.put(Array("CD001".utf8), at: 32_769) }),
      ("QED", "raw", Array("QED".utf8) + [0] + Array(repeating: 0, count: 100)),
      ("monolithicFlat", "vmdk", HostileImages.vmdk(vmdk.replacing("monolithicSparse", with: "monolithicFlat"))),
      ("no type", "vmdk", HostileImages.vmdk(vmdk.replacing("createType", with: "kind"))),
      ("flat extent", "vmdk", HostileImages.vmdk(vmdk.replacing("SPARSE", with: "FLAT"))),
      ("extent elsewhere", "vmdk", HostileImages.vmdk(vmdk.replacing("disk.vmdk", with: "/etc/shadow"))),
      ("extent of another size", "vmdk", HostileImages.vmdk(vmdk.replacing("2048", with: "4096"))),
      ("two extents", "vmdk", HostileImages.vmdk(vmdk + "\nRW 2048 SPARSE \"other.vmdk\"")),
      ("no extent", "vmdk", HostileImages.vmdk(vmdk.replacing("RW ", with: "XX "))),
      ("a parent", "vmdk", HostileImages.vmdk(vmdk.replacing("parentCID=ffffffff", with: "parentCID=12345678"))),
      ("a parent's name", "vmdk", HostileImages.vmdk(vmdk + "\nparentFileNameHint=\"/etc/shadow\"")),
      ("only a descriptor", "vmdk", Array(vmdk.utf8)),
      ("no capacity", "vmdk", HostileImages.vmdk().with { $0.put(little: UInt64(0), at: 12) }),
      ("capacity without end", "vmdk", HostileImages.vmdk().with { $0.put(little: UInt64.max, at: 12) }),
      ("descriptor elsewhere", "vmdk", HostileImages.vmdk().with { $0.put(little: UInt64.max, at: 28) }),
      ("descriptor without end", "vmdk", HostileImages.vmdk().with { $0.put(little: UInt64.max, at: 36) }),
      ("directory elsewhere", "vmdk", HostileImages.vmdk().with { $0.put(little: UInt64(1) << 50, at: 56) }),
      ("a parent", "vdi", HostileImages.vdi.with { $0[441] = 1 }),
      ("a difference", "vdi", HostileImages.vdi.with { $0[76] = 4 }),
      ("map without end", "vdi", HostileImages.vdi.with { $0.put(little: UInt32.max, at: 384) }),
      ("blocks of nothing", "vdi", HostileImages.vdi.with { $0.put(little: UInt32(0), at: 376) }),
      ("a difference", "vhd", HostileImages.vhd.with { $0[63] = 4 }),
      ("header elsewhere", "vhd", HostileImages.vhd.with { $0.put(big: UInt64.max, at: 16) }),
      ("table elsewhere", "vhd", HostileImages.vhd.with { $0.put(big: UInt64.max, at: 512 + 16) }),
      ("a parent", "vhd", HostileImages.vhd.with { $0[512 + 40] = 1 }),
      ("a parent", "vhdx", HostileImages.vhdx.with { $0[(320 << 10) + (64 << 10) + 4] = 2 }),
      ("metadata elsewhere", "vhdx", HostileImages.vhdx.with { $0.put(little: UInt64.max, at: (192 << 10) + 32) }),
      ("items without end", "vhdx", HostileImages.vhdx.with { $0.put(little: UInt32.max, at: (320 << 10) + 80) }),
      ("exabytes", "vhdx", HostileImages.vhdx.with { $0.put(little: UInt64(1) << 62, at: (384 << 10) + 8) }),
    ]
  }()

  @Test("data that reaches beyond itself, lies or is not what it is said to be is refused", arguments: hostile.indices)
  func refused(index: Int) async {
    let (name, format, bytes) = Self.hostile[index]
    await #expect(throws: ImageFormatError.self, "\(format): \(name)") { _ = try await bytes.inspected(as: format) }
  }

  @Test("whatever the bytes are, the judgement is a verdict and not a crash")
  func mutations() async {
    let seed = UInt64.random(in: 0 ... .max)
    print("image mutations: seed \(seed)")
    var random = Random(state: seed)
    let images = [
      ("qcow2", HostileImages.qcow2), ("vmdk", HostileImages.vmdk()), ("vdi", HostileImages.vdi),
      ("vhd", HostileImages.vhd), ("vhdx", HostileImages.vhdx), ("iso", HostileImages.iso),
    ]
    // Where the numbers are; the rest is data that no header speaks of.
    let places = [0..<640, 512..<2048, 192 << 10..<(192 << 10) + 64, 320 << 10..<(320 << 10) + 96]
    for round in 0..<3000 {
      let (format, whole) = images[round % images.count]
      var bytes = whole
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let place = places.randomElement(using: &random) ?? 0..<512
        let offset = Int.random(in: place, using: &random)
        guard offset < bytes.count else { continue }
        bytes[offset] =
          [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &random)]
          .randomElement(using: &random) ?? 0
      }
      if Int.random(in: 0..<4, using: &random) == 0 {
        bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
      }
      do {
        let inspection = try await bytes.inspected(as: format)
        #expect(inspection.format.rawValue == format, "seed \(seed), round \(round)")
        #expect(inspection.virtualSize ?? 0 <= 1 << 46, "seed \(seed), round \(round)")
      } catch {
        #expect(error is ImageFormatError, "seed \(seed), round \(round)")
      }
    }
  }

  @Test("an upload that is refused leaves the image waiting for better data, and nothing on the disk")
  func upload() async throws {
    try await RunningImages.run { images in
      for (name, format, bytes) in [Self.hostile[0], Self.hostile[23], Self.hostile[29]] {
        let id = try await images.made(["disk_format": .string(format)])
        let reply = try await images.upload(.bytes(ByteBuffer(bytes: bytes)), to: id)
        #expect(reply.status == 415, "\(name)")
        #expect(reply.json?["message"]?.string?.isEmpty == false)
        #expect(try await images.status(id) == "queued")
      }
      #expect(try images.files().isEmpty)
      let id = try await images.made(["disk_format": "qcow2"])
      #expect(try await images.upload(.bytes(ByteBuffer(bytes: HostileImages.qcow2)), to: id).status == 204)
      #expect(try await images.send(.GET, "/v2/images/\(id)").json?["virtual_size"] == 1_048_576)
    }
  }
}

/// SplitMix64: the same numbers for the same seed.
private struct Random: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
