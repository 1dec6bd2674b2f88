internal import CLibvirt
internal import Glibc

/// libvirt's default event loop on a thread of its own: it delivers lifecycle events, and an embedded driver reads the
/// monitors of its guests with it.
enum EventLoop {
  /// Registers and starts the loop the first time it is asked for; there is one for the process, and it never ends.
  ///
  /// libvirt wants this before the first connection is opened.
  static let started: Result<Void, LibvirtError> = {
    LibvirtError.silencePrinting()
    // A guest that dies while its monitor is written to must not take this process with it.
    signal(SIGPIPE, SIG_IGN)
    guard virEventRegisterDefaultImpl() == 0 else { return .failure(.last()) }
    startThread {
      while true {
        // It fails only when the loop is not registered; the pause keeps a bug from burning a core.
        if virEventRunDefaultImpl() < 0 { usleep(100_000) }
      }
    }
    return .success(())
  }()
}
