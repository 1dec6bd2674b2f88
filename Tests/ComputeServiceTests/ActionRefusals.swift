import JSON
import Model

extension ActionTests {
  /// What is refused of an ACTIVE server, and with which words.
  static let refused: [Example] = [
    .init(action: "fly", status: 400, message: "There is no such action: fly"),
    .init(action: "reboot", status: 400, message: "Invalid input for field/attribute reboot. Value: None."),
    .init(
      action: "reboot", value: [:], status: 400,
      message: "Invalid input for field/attribute reboot. Value: {}. 'type' is a required property"),
    .init(
      action: "reboot", value: ["type": "WARM"], status: 400,
      message:
        "Invalid input for field/attribute type. Value: WARM. 'WARM' is not one of ['HARD', 'Hard', 'hard', 'SOFT',"
    ),
    .init(
      action: "reboot", value: ["type": "SOFT", "x": 1], status: 400,
      message: "Invalid input for field/attribute reboot. Value: {'type': 'SOFT', 'x': 1}. \(extra)"),
    .init(
      action: "lock", value: ["locked_reason": ""], version: "2.73", status: 400,
      message: "Invalid input for field/attribute locked_reason. Value: . '' is too short"),
    .init(
      action: "unshelve", value: [:], version: "2.77", status: 400,
      message: "Invalid input for field/attribute unshelve. Value: {}. 'availability_zone' is a required property"),
    .init(
      action: "unshelve", value: ["availability_zone": "nova"], version: "2.77", status: 409,
      message: "Specifying an availability zone or a host when unshelving server"),
    .init(action: "unshelve", status: 409, message: "Cannot 'unshelve' instance"),
    .init(action: "os-start", status: 409, message: "Cannot 'start' instance"),
    .init(action: "unpause", status: 409, message: "Cannot 'unpause' instance"),
    .init(action: "resume", status: 409, message: "Cannot 'resume' instance"),
    .init(action: "unrescue", status: 409, message: "Cannot 'unrescue' instance"),
    .init(action: "confirmResize", status: 409, message: "Cannot 'confirmResize' instance"),
    .init(action: "revertResize", status: 409, message: "Cannot 'revertResize' instance"),
    .init(action: "restore", status: 409, message: "Cannot 'restore' instance"),
    .init(
      action: "rebuild", value: [:], status: 400,
      message: "Invalid input for field/attribute rebuild. Value: {}. 'imageRef' is a required property"),
    .init(
      action: "rebuild", value: ["imageRef": .string(missing.description)], status: 400,
      message: "Cannot find image for rebuild"),
    .init(
      action: "rebuild", value: ["imageRef": image, "key_name": "mine"], version: "2.53", status: 400,
      message: "Invalid input for field/attribute rebuild."),
    .init(
      action: "rebuild", value: ["imageRef": image, "key_name": "mine"], version: "2.54", status: 400,
      message: "Invalid key_name provided."),
    .init(
      action: "rebuild", value: ["imageRef": image, "user_data": .null], version: "2.56", status: 400,
      message: "Invalid input for field/attribute rebuild."),
    .init(
      action: "rebuild", value: ["imageRef": image, "hostname": "a_b"], version: "2.90", status: 400,
      message: "Invalid input for field/attribute hostname. Value: a_b. 'a_b' does not match"),
    .init(
      action: "rebuild", value: ["imageRef": image, "preserve_ephemeral": true], status: 400,
      message: "The current driver does not support preserving ephemeral partitions."),
    .init(
      action: "resize", value: ["flavorRef": "0"], status: 400,
      message: "When resizing, instances must change flavor!"),
    .init(action: "resize", value: ["flavorRef": "99"], status: 400, message: "Flavor 99 could not be found."),
    .init(
      action: "createImage", value: ["name": "i", "metadata": ["a/b": "c"]], status: 400,
      message:
        "Invalid input for field/attribute metadata. Value: {'a/b': 'c'}. 'a/b' does not match any of the regexes: '^["
    ),
    .init(action: "changePassword", value: ["adminPass": "p"], status: 409, message: "QEMU guest agent is not enabled"),
    .init(action: "trigger_crash_dump", version: "2.16", status: 404, message: "The resource could not be found."),
    .init(
      action: "trigger_crash_dump", version: "2.17", status: 400, message: "Triggering crash dump is not supported"),
    .init(
      action: "os-getSPICEConsole", value: ["type": "spice-html5"], status: 400,
      message: "Unavailable console type spice-html5."),
    .init(
      action: "os-getSerialConsole", value: ["type": "serial"], status: 400, message: "Unavailable console type serial."
    ),
    .init(
      action: "os-getVNCConsole", value: ["type": "xvpvnc"], status: 400, message: "Unavailable console type xvpvnc."),
    .init(
      action: "os-getVNCConsole", value: ["type": "novnc"], version: "2.6", status: 404,
      message: "The resource could not be found."),
    .init(
      action: "addFloatingIp", value: ["address": "10.0.0.1"], version: "2.43", status: 404,
      message: "floating IP not found"),
    .init(
      action: "addFloatingIp", value: ["address": "10.0.0.1"], version: "2.44", status: 404,
      message: "The resource could not be found."),
    .init(
      action: "resetNetwork", token: "admin", status: 410,
      message: "This resource is no longer available. No forwarding address is given."),
    .init(
      action: "os-resetState", value: ["state": "active"], status: 403,
      message: "Policy doesn't allow os_compute_api:os-admin-actions:reset_state to be performed."),
    .init(
      action: "os-resetState", value: ["state": "paused"], token: "admin", status: 400,
      message: "Invalid input for field/attribute state. Value: paused. 'paused' is not one of ['active', 'error']"),
    .init(
      action: "migrate", status: 403,
      message: "Policy doesn't allow os_compute_api:os-migrate-server:migrate to be performed."),
    .init(
      action: "migrate", value: ["host": "h9"], version: "2.56", token: "admin", status: 400,
      message: "Compute host h9 could not be found."),
    .init(
      action: "os-migrateLive", value: ["host": .null, "block_migration": "auto"], version: "2.24", token: "admin",
      status: 400, message: "Invalid input for field/attribute block_migration. Value: auto."),
    .init(
      action: "os-migrateLive", value: ["host": .null, "block_migration": true, "force": true], version: "2.30",
      token: "admin", status: 400, message: "Can't force to a non-provided destination"),
    .init(
      action: "evacuate", value: ["host": "h9"], version: "2.14", token: "admin", status: 404,
      message: "Compute host h9 not found."),
    .init(
      action: "evacuate", value: [:], token: "admin", status: 400,
      message: "Invalid input for field/attribute evacuate. Value: {}. 'onSharedStorage' is a required property"),
    .init(
      action: "shelveOffload", status: 403,
      message: "Policy doesn't allow os_compute_api:os-shelve:shelve_offload to be performed."),
    .init(
      action: "os-stop", token: "reader", status: 403,
      message: "Policy doesn't allow os_compute_api:servers:stop to be performed."),
    .init(action: "os-stop", token: "other", status: 404, message: "Instance"),
  ]
}
