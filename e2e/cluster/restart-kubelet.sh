#!/usr/bin/env bash
# restart-kubelet.sh NAME: ends the kubelet of node NAME and starts it again, as an upgrade would. Its pods keep running.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
node=${1:?usage: restart-kubelet.sh NAME}
[ -d "$RUN/nodes/$node" ] || die "there is no node $node; there are: $(nodes | xargs)"
use_kubectl
running "$node-kubelet" && kill "$(pid_of "$node-kubelet")"
while running "$node-kubelet"; do sleep 0.1; done
respawn "$node-kubelet"
wait_for 60 "$node-kubelet" "$node ready" node_ready "$node"
