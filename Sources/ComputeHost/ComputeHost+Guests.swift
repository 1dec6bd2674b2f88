internal import HostRPC
internal import Logging
internal import Model

// What the host tells by itself: that it is alive, and what its guests do.
extension ComputeHost {
  /// Tells the server of this host every `reportInterval`.
  func reportState() async {
    var isFirst = true
    while !Task.isCancelled {
      do {
        try await parts.server.report(try await parts.hypervisor.inventory(), isFirst: isFirst)
        isFirst = false
      } catch {
        parts.logger.warning("The host's state could not be reported", metadata: ["error": "\(error)"])
      }
      do { try await parts.clock.sleep(for: parts.reportInterval) } catch { return }
      await comparePowerStates()
    }
  }

  /// Called after each connect: learns what this host should have.
  func compareWithServer() async {
    do {
      let instances = try await parts.server.instances()
      let listed = Set(instances.map(\.instanceID))
      for instance in instances {
        learn(instance)
      }
      for id in known.keys where !listed.contains(id) && !table.isBusy(id) { known[id] = nil }
      for id in try await parts.hypervisor.powerStates().keys where !listed.contains(id) {
        // A person decides: the server may have lost its database.
        parts.logger.warning("A guest runs that the server does not know", metadata: ["instance.id": "\(id)"])
      }
      await comparePowerStates()
    } catch {
      parts.logger.warning("What this host should have is not known", metadata: ["error": "\(error)"])
    }
  }

  private func learn(_ instance: HostInstance) {
    let id = instance.instanceID
    // The build may have ended after the server looked.
    let hasEnded = instance.vmState == VMState.building.rawValue && known[id]?.vmState == VMState.active.rawValue
    known[id] = Knowledge(
      givenPorts: instance.build.map { Set($0.networks.compactMap(\.portID)) },
      vmState: hasEnded ? VMState.active.rawValue : instance.vmState)
  }

  /// Tells the server of every instance whose guest is not in the state that was told last.
  private func comparePowerStates() async {
    do {
      let states = try await parts.hypervisor.powerStates()
      for (id, knowledge) in known where knowledge.hasGuest {
        await tell(id, states[id] ?? .shutDown)
      }
    } catch {
      parts.logger.warning("The guests could not be looked at", metadata: ["error": "\(error)"])
    }
  }

  /// Tells the server when a guest's state changes without anybody having asked for it.
  func watchGuests() async {
    while !Task.isCancelled {
      do {
        for await id in try await parts.hypervisor.changes() {
          guard !table.isBusy(id), known[id]?.hasGuest == true else { continue }
          await tell(id, try await parts.hypervisor.powerState(of: id) ?? .shutDown)
        }
      } catch {
        parts.logger.warning("The guests cannot be watched", metadata: ["error": "\(error)"])
      }
      do { try await parts.clock.sleep(for: .seconds(1)) } catch { return }
    }
  }

  private func tell(_ id: UUID, _ state: PowerState) async {
    guard !table.isBusy(id), let knowledge = known[id], knowledge.powerState != state else { return }
    do {
      if state == .shutDown { try await parts.performer.taps.remove(of: id) }
      try await parts.server.update(InstanceUpdate(instanceID: id, powerState: state.rawValue))
      known[id]?.powerState = state
    } catch {
      // The next comparison tells it.
      parts.logger.warning(
        "A guest's state could not be reported", metadata: ["instance.id": "\(id)", "error": "\(error)"])
    }
  }
}

extension ComputeHost.Knowledge {
  /// Whether the instance is one that has a guest: one that has none says nothing about it.
  var hasGuest: Bool {
    switch vmState.flatMap(VMState.init) {
    case .active, .paused, .rescued, .resized: true
    default: false
    }
  }
}
