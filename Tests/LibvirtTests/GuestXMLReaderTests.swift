import Testing

@testable import Libvirt

@Suite("What is looked up in libvirt's XML")
struct GuestXMLReaderTests {
  let xml = GuestXML(
    """
    <domain type='qemu' id='1'>
      <metadata><nova:name>&lt;interface type='x'&gt;</nova:name></metadata>
      <os><kernel>/i/a&amp;b</kernel></os>
      <devices>
        <interfaces-of-no-kind/>
        <disk type='file' device='disk'>
          <source file='/i/it&apos;s'/><target dev='vda' bus='virtio'/>
        </disk>
        <disk type='file' device='cdrom'/>
        <interface type='bridge'>
          <mac address='fa:16:3e:00:00:01'/><source bridge='brq1'/>
          <target dev='tap1'/>
        </interface>
        <interface type='ethernet'>
          <mac address='fa:16:3e:00:00:02'/>
          <target dev='tap2' managed='no'/>
        </interface>
      </devices>
    </domain>
    """)

  @Test("elements are whole, in order, and only those of the name")
  func elements() {
    #expect(xml.interfaces.map(\.tap) == ["tap1", "tap2"])
    #expect(xml.interfaces.map(\.isTapManaged) == [true, false])
    #expect(xml.interfaces.map(\.macAddress) == ["fa:16:3e:00:00:01", "fa:16:3e:00:00:02"])
    #expect(xml.elements("disk").count == 2)
    #expect(xml.elements("graphics").isEmpty)
    #expect(GuestXML("<disk").elements("disk").isEmpty)
    #expect(GuestXML("<disk>").elements("disk").isEmpty)
  }

  @Test("text comes out as it went in")
  func text() {
    #expect(xml.attribute("file", of: "source") == "/i/it's")
    #expect(xml.content(of: "kernel") == "/i/a&b")
    #expect(xml.attribute("absent", of: "source") == nil)
    let hostile = "&lt;<'\"&amp;>"
    #expect(GuestXML("<a b='\(GuestXML.escaped(hostile))'/>").attribute("b", of: "a") == hostile)
  }

  @Test("a guest that moves takes taps that are there, and the destination's files")
  func rewriting() {
    let migration = GuestMigration(destination: "x", paths: ["/i/it's": "/j/<it>", "/i/a&b": "/j/k"])
    let rewritten = GuestXML(migration.rewritten(String(xml.text)))
    #expect(rewritten.interfaces.map(\.isTapManaged) == [false, false])
    #expect(rewritten.elements("interface").map { $0.attribute("type", of: "interface") } == ["ethernet", "ethernet"])
    #expect(rewritten.attribute("bridge", of: "source") == nil)
    #expect(rewritten.attribute("file", of: "source") == "/j/<it>")
    #expect(rewritten.content(of: "kernel") == "/j/k")
    #expect(rewritten.text.contains("&lt;interface type='x'&gt;"))
  }
}
