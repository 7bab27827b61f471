#!/usr/bin/env bash
# enter.sh NAME COMMAND...: runs a command with the network and the folders of a node (NAME node1, node2, ...), or with the network of
# the control plane (NAME control), from which every pod can be reached:
#   enter.sh node1 ls /var/lib/kubelet/plugins
#   enter.sh node1 ctr -n k8s.io containers ls
#   enter.sh control curl http://10.244.1.5:8080/metrics
set -euo pipefail
. "$(dirname "$0")/lib.sh"
[ $# -ge 2 ] || die "usage: enter.sh NODE|control COMMAND..."
[ -e "$RUN/version" ] || die "no cluster is up: run $HERE/up.sh first"
entry_to "$1"
exec "${ENTRY[@]}" "${@:2}"
