#!/usr/bin/env bash
# power.sh off|on NODE: cuts a node's power, or boots it again. Off: all its processes are killed, and what a machine has only in memory
# is gone: /run and all mounts. On: containerd and the kubelet start, and the kubelet sees another boot id. Containers see the boot id of
# the real kernel (their /proc is their own).
set -euo pipefail
. "$(dirname "$0")/lib.sh"
usage="usage: power.sh off|on NODE"
action=${1:?$usage} node=${2:?$usage}
[ -d "$RUN/nodes/$node" ] || die "there is no node $node; there are: $(nodes | xargs)"
state=$RUN/nodes/$node holder=$(pid_of "$node")

node_pids() { # processes of its containers, and processes that see its folders: daemons and containerd's shims
  local root pid mounts
  mounts=$(readlink "/proc/$holder/ns/mnt")
  for root in $(cgroup_roots); do
    find "$root/$node" -name cgroup.procs -exec cat {} + 2>/dev/null || true   # a process may end meanwhile
  done
  for pid in $(cluster_pids); do
    [ "$(readlink "/proc/$pid/ns/mnt" 2>/dev/null)" != "$mounts" ] || [ "$pid" = "$holder" ] || echo "$pid"
  done
}

off() {
  local pids mount
  "$HERE/daemon.sh" kill "$node-kubelet" "$node-containerd"
  while pids=$(node_pids) && [ -n "$pids" ]; do
    xargs kill -KILL <<<"$pids" 2>/dev/null || true   # a process may have ended
    sleep 0.1
  done
  for folder in "${NODE_FOLDERS[@]}"; do
    awk -v below="$folder/" 'index($5, below) == 1 {print $5}' "/proc/$holder/mountinfo" | tac |
      while read -r mount; do inside "$node" umount --no-mtab --lazy "$mount" || true; done
    case $folder in
      /run/*) find "$state$folder" -mindepth 1 -delete ;;
    esac
  done
}

on() {
  local id=/proc/sys/kernel/random/boot_id
  cat /proc/sys/kernel/random/uuid >"$state/boot_id"
  inside "$node" umount --no-mtab "$id" 2>/dev/null || true   # of the previous boot
  inside "$node" mount --bind "$state/boot_id" "$id"
  "$HERE/daemon.sh" start "$node-containerd"
  wait_for 30 "$node-containerd" "containerd of $node ready" inside "$node" ctr version
  "$HERE/daemon.sh" start "$node-kubelet"
}

case $action in
  off | on) "$action" ;;
  *) die "$usage" ;;
esac
