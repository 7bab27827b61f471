#!/usr/bin/env bash
# daemon.sh kill|start NAME...: kills daemons of the cluster (SIGKILL), or starts killed daemons again in the same way. NAME:
# kube-apiserver, etcd, kube-controller-manager, kube-scheduler, NODE-kubelet, NODE-containerd. Containers keep running meanwhile.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
usage="usage: daemon.sh kill|start NAME..."
action=${1:?$usage}; shift
[ $# -gt 0 ] || die "$usage"
for name in "$@"; do
  [ -e "$RUN/commands/$name" ] || die "there is no process $name; there are: $(find "$RUN/commands" -type f -printf '%f ')"
  case $action in
    kill)
      ! running "$name" || kill -KILL "$(pid_of "$name")" 2>/dev/null || true   # it may end meanwhile
      while running "$name"; do sleep 0.02; done ;;
    start) running "$name" || respawn "$name" ;;
    *) die "$usage" ;;
  esac
done
