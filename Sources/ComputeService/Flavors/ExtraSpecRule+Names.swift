// Which extra specs there are. Which traits there are nobody here knows, so every trait's name is taken.
extension ExtraSpecRule {
  static let namespaces: Set<String> = [
    "accel", "aggregate_instance_extra_specs", "capabilities", "hw", "hw_rng", "hw_video", "os", "pci_passthrough",
    "quota", "vmware",
  ]

  /// Names with a part of their own, as regular expressions for the whole name.
  static let families: [(name: String, rule: ExtraSpecRule)] = [
    ("aggregate_instance_extra_specs:.+", .text),
    ("hw:numa_cpus\\.[0-9]+", .pattern(processors)),
    ("hw:numa_mem\\.[0-9]+", .integer(least: 1)),
    (
      "capabilities:(cpu_info|metrics|stats|numa_topology|supported_hv_specs|pci_device_pools|nodename|pci_stats"
        + "|supported_instances|limits|instances)(:[a-zA-Z0-9_]+)*", .text
    ),
    ("resources([a-zA-Z0-9_-]{1,64})?:(CUSTOM_[A-Z0-9_]+|\(resourceClasses.joined(separator: "|")))", .integer()),
    ("trait([a-zA-Z0-9_-]{1,64})?:[A-Z0-9_]+", .choice(["required", "forbidden"])),
  ]

  private static let resourceClasses = [
    "VCPU", "MEMORY_MB", "DISK_GB", "PCI_DEVICE", "SRIOV_NET_VF", "NUMA_SOCKET", "NUMA_CORE", "NUMA_THREAD",
    "NUMA_MEMORY_MB", "IPV4_ADDRESS", "VGPU", "VGPU_DISPLAY_HEAD", "NET_BW_EGR_KILOBIT_PER_SEC",
    "NET_BW_IGR_KILOBIT_PER_SEC", "PCPU", "MEM_ENCRYPTION_CONTEXT", "FPGA", "PGPU",
    "NET_PACKET_RATE_KILOPACKET_PER_SEC", "NET_PACKET_RATE_EGR_KILOPACKET_PER_SEC",
    "NET_PACKET_RATE_IGR_KILOPACKET_PER_SEC",
  ]

  private static let processors = "\\^?[0-9]+((-[0-9]+)?(,\\^?[0-9]+(-[0-9]+)?)?)*"

  static let named: [String: ExtraSpecRule] = hardware.merging(others) { first, _ in first }
    .merging(capabilities) { first, _ in first }.merging(limits) { first, _ in first }

  private static let hardware: [String: ExtraSpecRule] = [
    "hw:cpu_realtime": .boolean,
    "hw:cpu_realtime_mask": .pattern("(\\^)?[0-9]+((-[0-9]+)?(,\\^?[0-9]+(-[0-9]+)?)?)*"),
    "hw:hide_hypervisor_id": .boolean,
    "hw:cpu_policy": .choice(["dedicated", "shared", "mixed"]),
    "hw:cpu_thread_policy": .choice(["prefer", "isolate", "require"]),
    "hw:emulator_threads_policy": .choice(["isolate", "share"]),
    "hw:cpu_dedicated_mask": .pattern(processors),
    "hw:mem_page_size": .pattern("(large|small|any|[0-9]+([kKMGT]i?)?(b|bit|B)?)"),
    "hw:locked_memory": .boolean,
    "hw:numa_nodes": .integer(least: 1),
    "hw:pci_numa_affinity_policy": .choice(["required", "preferred", "legacy", "socket"]),
    "hw:cpu_sockets": .integer(least: 1), "hw:cpu_cores": .integer(least: 1), "hw:cpu_threads": .integer(least: 1),
    "hw:cpu_max_sockets": .integer(least: 1), "hw:cpu_max_cores": .integer(least: 1),
    "hw:cpu_max_threads": .integer(least: 1),
    "hw:boot_menu": .boolean, "hw:vif_multiqueue_enabled": .boolean, "hw:mem_encryption": .boolean,
    "hw:mem_encryption_model": .choice(["amd-sev", "amd-sev-es", "amd-sev-snp"]),
    "hw:pmem": .pattern("([a-zA-Z0-9_]+(,)?)+"), "hw:pmu": .boolean, "hw:serial_port_count": .integer(least: 0),
    "hw:tpm_model": .choice(["tpm-tis", "tpm-crb"]), "hw:tpm_version": .choice(["1.2", "2.0"]),
    "hw:tpm_secret_security": .choice(["user", "host", "deployment"]),
    "hw:watchdog_action": .choice(["none", "pause", "poweroff", "reset", "disabled"]),
    "hw:viommu_model": .choice(["intel", "smmuv3", "virtio", "auto"]), "hw:virtio_packed_ring": .boolean,
    "hw:sound_model": .choice(["sb16", "es1370", "pcspk", "ac97", "ich6", "ich9", "usb", "virtio"]),
    "hw:usb_model": .choice(["none", "nec-xhci", "qemu-xhci"]),
    "hw:redirected_usb_ports": .integer(least: 0, most: 15), "hw:ephemeral_encryption": .boolean,
    "hw:ephemeral_encryption_format": .choice(["plain", "luks", "luksv2"]),
    // Ours: what the hosts here read besides.
    "hw:machine_type": .text, "hw:maxphysaddr_mode": .choice(["passthrough", "emulate"]),
    "hw:maxphysaddr_bits": .integer(least: 0), "hw:firmware_type": .choice(["bios", "uefi"]),
  ]

  private static let others: [String: ExtraSpecRule] = [
    "accel:device_profile": .text, "hw_rng:allowed": .boolean, "hw_rng:rate_bytes": .integer(least: 0),
    "hw_rng:rate_period": .integer(least: 0), "hw_video:ram_max_mb": .integer(least: 0),
    "hide_hypervisor_id": .boolean, "group_policy": .choice(["isolate", "none"]),
    "os:secure_boot": .choice(["disabled", "required"]),
    "pci_passthrough:alias": .pattern("[^:]+:[0-9]+(\\s*,\\s*[^:]+:[0-9]+)*"),
    "vmware:hw_version": .text, "vmware:storage_policy": .text,
  ]

  private static let capabilities: [String: ExtraSpecRule] = {
    let names = [
      "id", "uuid", "service_id", "host", "vcpus", "memory_mb", "local_gb", "vcpus_used", "memory_mb_used",
      "local_gb_used", "hypervisor_type", "hypervisor_version", "hypervisor_hostname", "free_ram_mb", "free_disk_gb",
      "current_workload", "running_vms", "disk_available_least", "host_ip", "mapped", "cpu_allocation_ratio",
      "ram_allocation_ratio", "disk_allocation_ratio", "total_usable_ram_mb", "total_usable_disk_gb", "disk_mb_used",
      "free_disk_mb", "vcpus_total", "num_instances", "num_io_ops", "failed_builds", "aggregates", "cell_uuid",
      "updated",
    ]
    return Dictionary(uniqueKeysWithValues: names.map { ("capabilities:\($0)", .text) })
  }()

  private static let limits: [String: ExtraSpecRule] = {
    var rules: [String: ExtraSpecRule] = [
      "quota:cpu_shares": .integer(least: 0), "quota:cpu_period": .integer(least: 0), "quota:cpu_quota": .integer(),
    ]
    for key in ["cpu", "memory", "disk_io", "vif"] {
      rules["quota:\(key)_limit"] = .integer(least: 0)
      rules["quota:\(key)_reservation"] = .integer()
      rules["quota:\(key)_shares_level"] = .choice(["custom", "high", "normal", "low"])
      rules["quota:\(key)_shares_share"] = .integer(least: 0)
    }
    for name in ["disk_read", "disk_write", "disk_total"] {
      for measure in ["bytes", "iops"] { rules["quota:\(name)_\(measure)_sec"] = .integer(least: 0) }
    }
    for name in ["vif_inbound", "vif_outbound"] {
      for measure in ["average", "peak", "burst"] { rules["quota:\(name)_\(measure)"] = .integer(least: 0) }
    }
    return rules
  }()
}
