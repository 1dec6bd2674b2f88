# What the benchmarks share: release builds, programs of their own in a network namespace of their own, and their end.

source tools/lib/environment.sh
use_swift_toolchain

work=$(mktemp -d)
state=$work/var
namespace=plugboard-bench-$$
pids=()

finish() {
  local pid
  for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  ip netns pids "$namespace" 2>/dev/null | xargs --no-run-if-empty kill -KILL 2>/dev/null || true
  ip netns delete "$namespace" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

ip netns add "$namespace"
ip -n "$namespace" link set lo up

# inside COMMAND...: runs it in the namespace.
inside() { ip netns exec "$namespace" "$@"; }

# start LOG COMMAND...: runs it there in the background; $! is its own process id.
start() {
  local log=$1
  shift
  (exec ip netns exec "$namespace" "$@") >"$log" 2>&1 &
  pids+=($!)
}

build_programs() {
  if [ -n "${programs:-}" ]; then return; fi
  echo "==> building the programs (release)"
  swift build -c release >"$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }
  programs=$(swift build -c release --show-bin-path)
}

start_bare_route() {
  local folder=$programs
  bare=http://127.0.0.1:8000
  if [ ! -x "$folder/bare-route" ]; then
    echo "==> building the bare route (release)"
    swift build -c release --package-path benchmarks >"$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }
    folder=$(swift build -c release --package-path benchmarks --show-bin-path)
  fi
  start "$work/bare.log" "$folder/bare-route" 8000
  await "the bare route" inside curl -sf -o /dev/null "$bare/1"
}

# await WHAT COMMAND...: until the command succeeds, at most 20 seconds.
await() {
  local what=$1 tries
  shift
  for ((tries = 0; tries < 1000; tries++)); do
    "$@" && return
    sleep 0.02
  done
  echo "$what did not come up" >&2
  cat "$work"/*.log >&2
  exit 1
}

start_server() {
  "$programs/plugboard-migrate" --database "$work/plugboard.sqlite3" up >/dev/null
  # A benchmark has more of everything than a project may have by default.
  printf '[quotas]\n' >"$work/server.conf"
  for resource in network subnet port security_group security_group_rule; do echo "quota_$resource = -1"; done \
    >>"$work/server.conf"
  printf '[quota]\ninstances = -1\ncores = -1\nram = -1\n' >>"$work/server.conf"
  run_server
}

# Ends the server and starts it anew with the same database.
restart_server() {
  kill -TERM "$server_pid"
  wait "$server_pid" 2>/dev/null || true
  rm "$work/ready.json"
  run_server
}

run_server() {
  start "$work/server.log" "$programs/plugboard-server" --database "$work/plugboard.sqlite3" --state-path "$state" \
    --config-file "$work/server.conf" --ready-file "$work/ready.json" --log-level error
  server_pid=${pids[-1]}
  await "the server" test -s "$work/ready.json"
  networking=http://127.0.0.1:9696 compute=http://127.0.0.1:8774 identity=http://127.0.0.1:5000 image=http://127.0.0.1:9292
  token=$(issue_token)
}

start_agent() {
  start "$work/agent.log" "$programs/plugboard-agent" --config-file "$state/agent.conf" --host bench --roles l2 \
    --log-level error
  agent_pid=${pids[-1]}
  await "the agent" alive "Linux bridge agent"
}

# start_compute fake|libvirt
start_compute() {
  start "$work/compute.log" "$programs/plugboard-compute" --config-file "$state/compute.conf" --host bench \
    --compute-driver "$1" --state-path "$work/compute" --log-level error
  compute_pid=${pids[-1]}
  await "the compute host" hypervisor_is_up
}

alive() { get "$networking/v2.0/agents" | jq -e --arg t "$1" 'any(.agents[]; .agent_type == $t and .alive)' >/dev/null; }

hypervisor_is_up() {
  get "$compute/v2.1/os-hypervisors" | jq -e 'any(.hypervisors[]; .state == "up")' >/dev/null
}

issue_token() {
  local password
  password=$(sed -n 's/^ *password: *//p' "$state/clouds.yaml" | head -1)
  jq -nc --arg p "$password" '{auth: {identity: {methods: ["password"], password: {user: {name: "admin",
    domain: {id: "default"}, password: $p}}}, scope: {project: {name: "admin", domain: {id: "default"}}}}}' |
    inside curl -sS -D - -o /dev/null -H 'Content-Type: application/json' -d @- "$identity/v3/auth/tokens" |
    tr -d '\r' | sed -n 's/^[Xx]-[Ss]ubject-[Tt]oken: //p'
}

get() { inside curl -sS -H "X-Auth-Token: $token" "$1"; }

post() {
  printf '%s' "$2" | inside curl -sS --fail-with-body -H "X-Auth-Token: $token" -H 'Content-Type: application/json' -d @- "$1"
}

query() { sqlite3 -readonly "$work/plugboard.sqlite3" "$1"; }

# processor_time PID: what the process has used, user and system together, in milliseconds.
processor_time() { awk '{ print ($14 + $15) * 10 }' "/proc/$1/stat"; }

resident() { awk '/^VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$1/status"; }

# Reads milliseconds, one a line; prints count, median, 99th percentile and maximum as cells of a table.
cells() {
  sort -n | awk '{ v[NR] = $1 } END {
    if (NR == 0) { printf "0 | - | - | -"; exit }
    p99 = int(NR * 0.99 + 0.999); if (p99 > NR) p99 = NR
    printf "%d | %.1f | %.1f | %.1f", NR, v[int((NR + 1) / 2)], v[p99], v[NR] }'
}
