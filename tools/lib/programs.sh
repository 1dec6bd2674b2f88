# Sourced by tools/quickstart: starts and ends the programs of a local installation, and removes the links they made.
# A program belongs to us when the process its pid file names began at the time the file says: pids are used again.

state=$root/var
database=$state/plugboard.sqlite3
logs=$state/log

query() { sqlite3 -readonly -cmd '.timeout 5000' "$database" "$1"; }

# When a process began, in ticks since the machine's start: field 22 of its stat line. Nothing when it is gone, or has
# ended and waits for its parent to notice.
process_start() {
  local line fields
  line=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
  read -ra fields <<<"${line##*) }"
  [ "${fields[0]}" = Z ] || printf '%s' "${fields[19]}"
}

# Prints the pid of a program that runs, and fails when it does not.
running() {
  local pid began
  [ -f "$state/run/$1.pid" ] || return 1
  read -r pid began <"$state/run/$1.pid" || return 1
  [ -n "$began" ] && [ "$(process_start "$pid")" = "$began" ] || return 1
  printf '%s' "$pid"
}

# start_program NAME ARGUMENTS...: starts it in a session of its own, so that it outlives this terminal.
start_program() {
  local name=$1 pid
  shift
  if pid=$(running "$name"); then
    say "$name runs already (pid $pid)"
    return
  fi
  mkdir -p "$state/run" "$logs"
  setsid "$binaries/$name" "$@" </dev/null >>"$logs/$name.log" 2>&1 &
  pid=$!
  printf '%s %s\n' "$pid" "$(process_start "$pid")" >"$state/run/$name.pid"
  say "Started $name (pid $pid, log var/log/$name.log)"
}

stop_program() {
  local name=$1 pid
  if pid=$(running "$name"); then
    say "Stopping $name (pid $pid)"
    kill -TERM "$pid"
    for _ in $(seq 200); do
      running "$name" >/dev/null || break
      sleep 0.1
    done
    if running "$name" >/dev/null; then
      say "$name has not ended within 20 s: ending it by force"
      kill -KILL "$pid"
    fi
  fi
  rm -f "$state/run/$name.pid"
}

# In the opposite order of their start.
stop_programs() {
  stop_program plugboard-compute
  stop_program plugboard-agent
  stop_program plugboard-server
}

# A program that was built anew since it was started is stopped, to be started again.
stop_outdated() {
  local name
  for name in plugboard-compute plugboard-agent plugboard-server; do
    if running "$name" >/dev/null && [ "$binaries/$name" -nt "$state/run/$name.pid" ]; then stop_program "$name"; fi
  done
}

# fail_with_log NAME MESSAGE: the end of a program's log says more than we could.
fail_with_log() {
  tail -n 15 "$logs/$1.log" >&2 || true
  fail "$2 (see var/log/$1.log)"
}

# wait_until SECONDS NAME WHAT COMMAND...: until the command succeeds; fails when the program ends or the time is over.
wait_until() {
  local seconds=$1 name=$2 what=$3
  shift 3
  for _ in $(seq $((seconds * 10))); do
    if "$@"; then return; fi
    running "$name" >/dev/null || fail_with_log "$name" "$name has ended before $what"
    sleep 0.1
  done
  fail_with_log "$name" "waited $seconds s in vain until $what"
}

# Ends what is left of our guests when the compute process could not do it any more: QEMU tells its instance's id.
end_guests() {
  local instance process command
  while read -r instance; do
    for process in /proc/[0-9]*; do
      # A process may end while it is looked at.
      command=$(tr '\0' ' ' 2>/dev/null <"$process/cmdline") 2>/dev/null || continue
      if grep -q "^[^ ]*qemu.* -uuid $instance " <<<"$command"; then
        say "Ending the guest $instance (pid ${process#/proc/})"
        kill -KILL "${process#/proc/}" || true
      fi
    done
  done < <(query 'SELECT id FROM instances')
}

# Ends the DHCP servers of our networks, which outlive the agent, and removes their namespaces.
remove_dhcp() {
  local network pid
  while read -r network; do
    pid=$(cat "$state/dhcp/$network/pid" 2>/dev/null) || true
    if [ -n "$pid" ] && grep -qsz -- "--pid-file=$state/dhcp/$network/pid" "/proc/$pid/cmdline"; then kill -TERM "$pid"; fi
    if [ -e "/run/netns/qdhcp-$network" ]; then ip netns delete "qdhcp-$network"; fi
    rm -rf "${state:?}/dhcp/$network"
  done < <(query 'SELECT id FROM networks')
}

# Removes the bridges of our networks with the taps and tunnels in them, the taps of our ports, and the rules for them. A
# bridge that holds another interface stays as it is.
remove_links() {
  local network port member
  while read -r network; do
    local bridge=brq${network:0:11}
    [ -d "/sys/class/net/$bridge/bridge" ] || continue
    for member in "/sys/class/net/$bridge/brif"/{tap,vxlan-}*; do
      if [ -e "$member" ]; then ip link delete "$(basename "$member")"; fi
    done
    if [ -z "$(ls -A "/sys/class/net/$bridge/brif")" ]; then ip link delete "$bridge"; fi
  done < <(query 'SELECT id FROM networks')
  while read -r port; do
    if [ -e "/sys/class/net/tap${port:0:11}" ]; then ip link delete "tap${port:0:11}"; fi
  done < <(query 'SELECT id FROM ports')
  nft delete table bridge plugboard 2>/dev/null || true
  nft delete table inet plugboard_ct 2>/dev/null || true
}
