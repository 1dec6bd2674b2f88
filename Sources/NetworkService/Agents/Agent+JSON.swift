import JSON
import Model

extension Agent {
  func write(to writer: inout JSONWriter, _ view: ResourceView, isAlive: Bool) {
    writer.object { agent in
      if view.shows("id") { agent.member("id", id.description) }
      if view.shows("agent_type") { agent.member("agent_type", type) }
      if view.shows("binary") { agent.member("binary", binary) }
      if view.shows("topic") { agent.member("topic", topic) }
      if view.shows("host") { agent.member("host", host) }
      if view.shows("admin_state_up") { agent.member("admin_state_up", adminStateUp) }
      if view.shows("created_at") { agent.member("created_at", createdAt.spaced) }
      if view.shows("started_at") { agent.member("started_at", startedAt.spaced) }
      if view.shows("heartbeat_timestamp") { agent.member("heartbeat_timestamp", heartbeat.spaced) }
      if view.shows("description") { agent.member("description", description) }
      if view.shows("resources_synced") { agent.member("resources_synced", .null) }
      if view.shows("availability_zone") { agent.member("availability_zone", availabilityZone) }
      if view.shows("alive") { agent.member("alive", isAlive) }
      if view.shows("configurations") { agent.member("configurations") { $0.raw(configurations.utf8) } }
    }
  }
}
