#!/usr/bin/env bash
# down.sh: ends everything that up.sh started, even if up.sh failed, removes its state, and checks that nothing is left.
# KEEP_LOGS=FOLDER copies the logs there first. Pods are killed without a grace period.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
require_root

keep_logs() {
  local node
  [ -n "${KEEP_LOGS:-}" ] && [ -d "$RUN/logs" ] || return 0
  mkdir -p "$KEEP_LOGS"
  cp -R "$RUN/logs/." "$KEEP_LOGS"
  for node in $(nodes); do
    mkdir -p "$KEEP_LOGS/pods-$node"
    cp -R "$RUN/nodes/$node/var/log/pods/." "$KEEP_LOGS/pods-$node"
  done
}

kill_processes() { # repeatedly, because a process may start another while it is killed
  local pids
  for _ in $(seq 100); do
    mapfile -t pids < <(cluster_pids)
    [ ${#pids[@]} -gt 0 ] || return 0
    kill -KILL "${pids[@]}" 2>/dev/null || true
    sleep 0.1
  done
}

remove_cgroups() { # the kernel may need a moment until it finds one empty
  local root
  for root in $(cgroup_roots); do
    for _ in $(seq 50); do
      [ -d "$root" ] || break
      find "$root" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
    done
  done
}

remove_mount_points() {
  local folder
  for folder in $(unused_mount_points); do
    rm -f "$folder/$MARKER"   # another cluster that ends now may have removed it
    rmdir --ignore-fail-on-non-empty "$folder" 2>/dev/null || [ ! -e "$folder" ]
  done
}

keep_logs || echo "warning: not all logs could be copied to $KEEP_LOGS" >&2
namespaces=$(cluster_namespaces)
kill_processes
remove_cgroups
rm -rf --one-file-system "$RUN"
remove_mount_points
# shellcheck disable=SC2086  # a list of words
"$HERE/leftovers.sh" $namespaces
