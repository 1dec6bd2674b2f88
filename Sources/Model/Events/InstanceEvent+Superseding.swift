extension InstanceEventName {
  /// Whether an event of this name makes an older one of the same port pointless.
  ///
  /// Asked only about an older event that the Compute service refused and that waits for another attempt. What a port's
  /// plugging came to is told by the last of plugged, unplugged and deleted; a change of its data is told by the last
  /// change, or by its deletion. A change says nothing about plugging, and plugging nothing about a change.
  package func supersedes(_ older: InstanceEventName) -> Bool {
    switch (self, older) {
    case (.networkVIFPlugged, .networkVIFPlugged), (.networkVIFPlugged, .networkVIFUnplugged),
      (.networkVIFUnplugged, .networkVIFPlugged), (.networkVIFUnplugged, .networkVIFUnplugged),
      (.networkChanged, .networkChanged),
      (.networkVIFDeleted, .networkVIFPlugged), (.networkVIFDeleted, .networkVIFUnplugged),
      (.networkVIFDeleted, .networkVIFDeleted), (.networkVIFDeleted, .networkChanged):
      true
    default:
      false
    }
  }
}
