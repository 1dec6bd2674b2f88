import ComputeHost
import JSON
import Model

extension OperationCase {
  private static let image: JSONValue = ["image_id": .string("\(imageID)")]

  /// Every kind and leg, in as many rows as there are ways to do it.
  static let all: [OperationCase] = power + disks + interfaces + moves + liveMigration

  private static let power: [OperationCase] = [
    OperationCase(kind: .start, before: .stopped, guest: nil, calls: ["create", "resume"], power: .running),
    OperationCase(kind: .stop, calls: ["shutDown"], power: .shutDown),
    OperationCase(kind: .stop, before: .error, guest: nil, note: "without a guest", power: .shutDown),
    OperationCase(
      kind: .stop, guest: .paused, note: "of a guest that hears nothing", calls: ["destroy"], power: .shutDown),
    OperationCase(
      kind: .rebootSoft, calls: ["shutDown", "create", "resume"], steps: ["reboot_pending", "reboot_started"],
      power: .running),
    OperationCase(
      kind: .rebootHard, files: ["ID/memory.save"], calls: ["destroy", "create", "resume"],
      steps: ["reboot_pending_hard", "reboot_started_hard"], power: .running),
    OperationCase(kind: .pause, calls: ["pause"], power: .paused),
    OperationCase(kind: .unpause, before: .paused, guest: .paused, calls: ["resume"], power: .running),
    OperationCase(
      kind: .suspend, files: ["ID/disk"], calls: ["save"], power: .shutDown, filesAfter: ["ID/disk", "ID/memory.save"]),
    OperationCase(
      kind: .resume, before: .suspended, guest: nil, files: ["ID/memory.save"], calls: ["restore", "resume"],
      power: .running),
    OperationCase(
      kind: .resume, before: .suspended, guest: nil, note: "without its memory", calls: ["create", "resume"],
      power: .running),
    OperationCase(kind: .rescue, calls: ["shutDown", "create", "resume"], steps: ["stopped"], power: .running),
    OperationCase(
      kind: .unrescue, before: .rescued, files: ["ID/disk.rescue"], calls: ["destroy", "create", "resume"],
      steps: ["stopped"], power: .running),
  ]

  private static let disks: [OperationCase] = [
    OperationCase(
      kind: .rebuild, files: ["ID/disk", "ID/memory.save"], calls: ["destroy", "create", "resume"],
      steps: ["rebuilding", "rebuild_spawning"], power: .running),
    OperationCase(
      kind: .rebuild, before: .stopped, guest: nil, files: ["ID/disk"], note: "of a stopped instance",
      steps: ["rebuilding", "rebuild_spawning"], power: .shutDown),
    OperationCase(
      kind: .snapshot, arguments: image, files: ["ID/disk"], calls: ["copyDisk"],
      steps: ["image_pending_upload", "image_uploading"], power: .running, filesAfter: ["ID/disk"]),
    OperationCase(
      kind: .shelve, arguments: image, files: ["ID/disk"], calls: ["shutDown", "copyDisk"],
      steps: ["shelving_image_pending_upload", "shelving_image_uploading"], power: .shutDown, filesAfter: ["ID/disk"]),
    OperationCase(
      kind: .shelve, arguments: image, note: "without a disk", calls: ["shutDown"], power: .shutDown),
    OperationCase(
      kind: .shelveOffload, before: .shelved, files: ["ID/disk"], calls: ["destroy"], power: PowerState.none),
    OperationCase(
      kind: .unshelve, before: .shelvedOffloaded, guest: nil, arguments: image, calls: ["create", "resume"],
      power: .running),
    OperationCase(
      kind: .unshelve, before: .shelved, guest: nil, files: ["ID/disk"], note: "on the host that has the disk",
      calls: ["create", "resume"], power: .running, filesAfter: ["ID/disk"]),
  ]

  private static let interfaces: [OperationCase] = [
    OperationCase(
      kind: .attachInterface, arguments: ["port_id": .string("\(otherPort.id)")], calls: ["attach"], power: .running),
    OperationCase(
      kind: .attachInterface, arguments: ["network_id": .string("\(otherPort.networkID)")], note: "by network",
      calls: ["attach"], power: .running),
    OperationCase(
      kind: .attachInterface, before: .stopped, guest: nil, arguments: ["port_id": .string("\(otherPort.id)")],
      note: "to a stopped instance", power: .shutDown),
    OperationCase(kind: .detachInterface, arguments: ["port_id": "OWN"], calls: ["detach"], power: .running),
    OperationCase(
      kind: .detachInterface, arguments: ["port_id": "OWN"], isPortGiven: true, note: "of a user's port",
      calls: ["detach"], power: .running),
    OperationCase(
      kind: .detachInterface, arguments: ["port_id": .string("\(otherPort.id)")], note: "that is not there",
      power: .running),
  ]

  private static let moves: [OperationCase] =
    [OperationKind.resize, .migrate].flatMap { kind in
      [
        OperationCase(
          kind: kind, leg: .source, destination: "host2", files: ["ID/disk"], calls: ["shutDown", "copyDisk"],
          steps: ["resize_migrating"], power: .shutDown, filesAfter: ["ID_resize/disk", "ID_resize/disk.moving"]),
        OperationCase(
          kind: kind, leg: .destination, guest: nil, arguments: ["files": ["disk"]], destination: "host2",
          calls: ["create", "resume"], steps: ["resize_migrated", "resize_finish"], power: .running,
          filesAfter: ["ID/disk"]),
        OperationCase(
          kind: kind, leg: .destination, before: .stopped, guest: nil, arguments: ["files": ["disk"]],
          destination: "host1", files: ["ID_resize/disk"], note: "of a stopped instance, on the same host",
          steps: ["resize_migrated", "resize_finish"], power: .shutDown, filesAfter: ["ID/disk", "ID_resize/disk"]),
        OperationCase(
          kind: kind, leg: .home, guest: nil, destination: "host2",
          files: ["ID_resize/disk", "ID_resize/disk.moving", "ID/half"], calls: ["create", "resume"], power: .running,
          filesAfter: ["ID/disk"]),
      ]
    } + [
      OperationCase(kind: .confirmResize, leg: .home, before: .resized, guest: nil, files: ["ID_resize/disk"]),
      OperationCase(
        kind: .revertResize, leg: .destination, before: .resized, files: ["ID/disk"], calls: ["shutDown"],
        power: .shutDown),
      OperationCase(
        kind: .revertResize, leg: .home, before: .resized, guest: nil, arguments: ["old_vm_state": "active"],
        files: ["ID_resize/disk"], calls: ["create", "resume"], power: .running, filesAfter: ["ID/disk"]),
      OperationCase(
        kind: .revertResize, leg: .home, before: .resized, guest: nil, arguments: ["old_vm_state": "stopped"],
        files: ["ID_resize/disk"], note: "to a stopped instance", power: .shutDown, filesAfter: ["ID/disk"]),
      OperationCase(kind: .evacuate, leg: .destination, guest: nil, calls: ["create", "resume"], power: .running),
      OperationCase(
        kind: .evacuate, leg: .destination, before: .stopped, guest: nil, files: ["ID/disk"],
        note: "of a stopped instance, with shared files", power: .shutDown, filesAfter: ["ID/disk"]),
    ]

  private static let liveMigration: [OperationCase] = [
    OperationCase(kind: .liveMigrate, leg: .destination, guest: nil, filesAfter: ["ID/arriving", "ID/taps"]),
    OperationCase(
      kind: .liveMigrate, leg: .destination, guest: nil, files: ["ID/disk"], note: "with shared files",
      filesAfter: ["ID/disk", "ID/taps"]),
    OperationCase(
      kind: .liveMigrate, leg: .source, destination: "host2", files: ["ID/disk"], calls: ["migrate"],
      steps: ["running"], filesAfter: ["ID/disk"]),
    OperationCase(
      kind: .liveMigrate, leg: .arrival, destination: "host1", files: ["ID/arriving", "ID/disk"], power: .running,
      filesAfter: ["ID/disk"]),
  ]
}
