# What the check of a token costs the server: the processor time of requests with a token less that of requests without.
# A token that has been seen is looked up; the signature of one that has not is checked. Sourced by benchmarks/api.

requests=3000

# many FILE: the requests of a curl configuration on one connection; prints microseconds of the server's time a request.
many() {
  local before
  before=$(processor_time "$server_pid")
  inside curl -sS -K "$1" >/dev/null
  awk -v d="$(($(processor_time "$server_pid") - before))" -v n="$requests" 'BEGIN { printf "%.1f", d * 1000 / n }'
}

# One request a line of tokens; an empty line is a request without one.
requests_with() {
  awk -v url="$networking/" 'NR > 1 { print "next" }
    { print "url = \"" url "\""; print "output = /dev/null"; if ($0 != "") print "header = \"X-Auth-Token: " $0 "\"" }'
}

body=$(jq -nc --arg t "$token" '{auth: {identity: {methods: ["token"], token: {id: $t}},
  scope: {project: {name: "admin", domain: {id: "default"}}}}}')
for ((number = 0; number < requests; number++)); do
  ((number == 0)) || echo next
  printf '%s\n' "url = \"$identity/v3/auth/tokens\"" 'header = "Content-Type: application/json"' \
    "data = \"${body//\"/\\\"}\"" 'dump-header = -' 'output = /dev/null'
done >"$work/log-ins.curl"
inside curl -sS -K "$work/log-ins.curl" | tr -d '\r' | sed -n 's/^[Xx]-[Ss]ubject-[Tt]oken: //p' >"$work/tokens.txt"
# A server that starts has seen none of them.
restart_server

for ((number = 0; number < requests; number++)); do echo; done | requests_with >"$work/without.curl"
requests_with <"$work/tokens.txt" >"$work/with.curl"
many "$work/without.curl" >/dev/null
without=$(many "$work/without.curl") unseen=$(many "$work/with.curl") seen=$(many "$work/with.curl")

echo "| $(wc -l <"$work/tokens.txt") requests | microseconds of the server a request | more than without a token |"
echo "| --- | --- | --- |"
for row in "without a token:$without" "a token not seen before:$unseen" "a token seen before:$seen"; do
  echo "| ${row%:*} | ${row#*:} | $(awk -v a="${row#*:}" -v b="$without" 'BEGIN { printf "%.1f", a - b }') |"
done
