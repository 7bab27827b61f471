#!/usr/bin/env bash
# registry.sh: starts a registry of images and charts for the running cluster, unless it runs, and prints its address: 127.0.0.1 with a
# port. The host pushes there by plain HTTP, and the nodes pull images with that address in their names.
# The registry itself is in the network of the control plane, where the nodes reach it; down.sh ends it with the cluster.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
[ -e "$RUN/version" ] || die "no cluster is up: run $HERE/up.sh first"
"$HERE/build.sh" --quick registry >&2
port=$((PORT + 1000)) inside=$CONTROL_IP:5000

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$port" && printf 'GET /v2/ HTTP/1.0\r\n\r\n' >&3 && grep -q '200 OK' <&3) 2>/dev/null; }

if ! running registry; then
  ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || die "something listens on 127.0.0.1:$port already: choose another CLUSTER_PORT"
  mkdir -p "$RUN/registries/127.0.0.1:$port" "$RUN/registry"
  spawn_inside control registry "$CACHE/bin/tools/crane" registry serve --address "$inside" --disk "$RUN/registry"
  spawn_inside control registry-inside socat "UNIX-LISTEN:$RUN/registry.sock,fork" "TCP:$inside"
  spawn registry-outside socat "TCP-LISTEN:$port,bind=127.0.0.1,reuseaddr,fork" "UNIX-CONNECT:$RUN/registry.sock"
  printf 'server = "http://%s"\n[host."http://%s"]\n  capabilities = ["pull", "resolve"]\n' "$inside" "$inside" \
    >"$RUN/registries/127.0.0.1:$port/hosts.toml"
fi
wait_for 30 registry "registry ready" answers >&2
echo "127.0.0.1:$port"
