#!/usr/bin/env bash
# kill-kubelet.sh NODE: kills the kubelet of that node (SIGKILL) and starts another. Containers go on meanwhile.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
node=${1:?usage: kill-kubelet.sh NODE}
[ -e "$RUN/nodes/$node/kubelet.yaml" ] || die "there is no $node here; there is: $(nodes | xargs)"
kill -KILL "$(pid_of "$node-kubelet")" 2>/dev/null || true
while running "$node-kubelet"; do sleep 0.02; done
spawn_kubelet "$node"
