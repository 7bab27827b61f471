#!/usr/bin/env bash
# kwok.sh N: adds N simulated nodes (fake-0001, ...) to the running cluster; down.sh removes them with the rest.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
count=${1:?usage: kwok.sh N}
[ -e "$RUN/version" ] || die "no cluster is up: run $HERE/up.sh first"
use_kubectl
"$HERE/build.sh" kwok
running kwok || spawn kwok "$CACHE/bin/tools/kwok" --kubeconfig="$KUBECONFIG" --manage-all-nodes=false \
  --manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake --node-lease-duration-seconds=40
for name in $(seq -f 'fake-%04g' "$count"); do cat <<YAML
---
apiVersion: v1
kind: Node
metadata:
  name: $name
  labels: {type: kwok, kubernetes.io/hostname: $name}
  annotations: {kwok.x-k8s.io/node: fake}
spec: {taints: [{key: kwok.x-k8s.io/node, value: fake, effect: NoSchedule}]}
status: {allocatable: {cpu: "32", memory: 256Gi, pods: "110"}, capacity: {cpu: "32", memory: 256Gi, pods: "110"}}
YAML
done | kubectl apply -f - >/dev/null
all_ready() { [ "$(kubectl get nodes -l type=kwok --no-headers | grep -cw Ready)" -ge "$count" ]; }
wait_for 120 kwok "$count simulated nodes ready" all_ready
