#!/usr/bin/env bash
# run.sh [PICTURE.svg]: runs on the cluster of KUBECONFIG, with the driver in it. A real Prometheus scrapes the driver while pods with
# GPUs start and end; then every query of the dashboard is run, and its result drawn. Fails if a query fails, or gives nothing although
# its data exists, or if an alert is pending or firing at the end. Needs prometheus (Debian's), kubectl, jq, and JDK 25.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
picture=${1:-target/dashboard.svg} port=${PROMETHEUS_PORT:-9490}
for program in prometheus promtool kubectl jq; do
  command -v "$program" >/dev/null || { echo "run.sh: $program is missing (Debian: prometheus, jq)" >&2; exit 1; }
done
work=$(mktemp -d)
prometheus_pid=''
cleanup() {
  [ -z "$prometheus_pid" ] || kill "$prometheus_pid" 2>/dev/null || true
  kubectl delete --ignore-not-found --wait=false namespace monitored >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT

config() { kubectl config view --raw --minify --flatten -o "jsonpath={$1}"; }
server=$(config '.clusters[0].cluster.server')
config '.clusters[0].cluster.certificate-authority-data' | base64 -d >"$work/ca.crt"
config '.users[0].user.client-certificate-data' | base64 -d >"$work/client.crt"
config '.users[0].user.client-key-data' | base64 -d >"$work/client.key"
kubectl get pods -n default -l 'app.kubernetes.io/name in (intel-gpu-controller, intel-gpu-node-agent)' -o json |
  jq --arg server "${server#https://}" '[.items[] | {targets: [$server], labels: {
    __metrics_path__: "/api/v1/namespaces/default/pods/\(.metadata.name):9000/proxy/q/metrics",
    job: .metadata.labels["app.kubernetes.io/name"], instance: .metadata.name}}]' >"$work/targets.json"
sed -e "s|FOLDER|$work|g" -e "s|TARGETS|$work/targets.json|" -e "s|RULES|$PWD/deploy/monitoring/rules.yaml|" \
  e2e/monitoring/prometheus.yml >"$work/prometheus.yml"
promtool check config "$work/prometheus.yml" >/dev/null
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/data" \
  --web.listen-address="127.0.0.1:$port" --log.level=warn >"$work/log" 2>&1 &
prometheus_pid=$!

ask() { curl -sfG "http://127.0.0.1:$port/api/v1/query" --data-urlencode "query=$1" | jq -r '.data.result[0].value[1] // "0"'; }
until_true() { # until_true WHAT COMMAND...: waits until the command succeeds
  local what=$1 end=$((SECONDS + 120)); shift
  until "$@"; do
    [ $SECONDS -lt $end ] || { echo "run.sh: not within 120 s: $what" >&2; tail -n 5 "$work/log" >&2; exit 1; }
    sleep 0.5
  done
}
scraped() { [ "$(ask 'count(up == 1)')" = "$(jq length "$work/targets.json")" ]; }
until_true "Prometheus scrapes the driver" scraped

kubectl create namespace monitored >/dev/null
kubectl get --raw /apis/resource.k8s.io | jq -e 'any(.versions[]; .version == "v1")' >/dev/null && structured=yes || structured=''
claims() { # claims NAME: makes a template for a part of a GPU
  if [ -n "$structured" ]; then
    cat <<Y
apiVersion: resource.k8s.io/v1
kind: ResourceClaimTemplate
metadata: {name: $1, namespace: monitored}
spec: {spec: {devices: {requests: [{name: gpu, exactly: {deviceClassName: gpu.intel.com, capacity: {requests: {memory: 3Gi}}}}]}}}
Y
  else
    cat <<Y
apiVersion: gpu.dra.intel.com/v1alpha
kind: GpuClaimParameters
metadata: {name: $1, namespace: monitored}
spec: {count: 1, memory: 3000}
---
apiVersion: resource.k8s.io/v1alpha2
kind: ResourceClaimTemplate
metadata: {name: $1, namespace: monitored}
spec: {spec: {resourceClassName: intel-gpu, parametersRef: {apiGroup: gpu.dra.intel.com, kind: GpuClaimParameters, name: $1}}}
Y
  fi
}
pod() { # pod NAME
  local source='{resourceClaimTemplateName: part}'
  [ -n "$structured" ] && source='resourceClaimTemplateName: part' || source='source: {resourceClaimTemplateName: part}'
  cat <<Y
apiVersion: v1
kind: Pod
metadata: {name: $1, namespace: monitored}
spec:
  terminationGracePeriodSeconds: 1
  containers: [{name: main, image: "registry.k8s.io/e2e-test-images/busybox:1.29-2", command: [sleep, "3600"], resources: {claims: [{name: gpu}]}}]
  resourceClaims: [{name: gpu, $source}]
Y
}
claims part | kubectl apply -f - >/dev/null
for i in 1 2 3 4 5 6; do
  pod "p$i" | kubectl apply -f - >/dev/null
  kubectl wait -n monitored --for=jsonpath='{.status.phase}'=Running "pod/p$i" --timeout=120s >/dev/null
done
kubectl delete -n monitored pod p1 p2 p3 >/dev/null
held() { [ "$(ask 'sum(gpu_dra_prepared_claims)')" = 3 ]; }
until_true "Prometheus shows the three pods that are left" held
"${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp 'target/simulator/*' e2e/monitoring/Dashboard.java deploy/monitoring/dashboard.json \
  "http://127.0.0.1:$port" "$picture" ${structured:+--structured}
alerts=$(curl -sf "http://127.0.0.1:$port/api/v1/alerts" | jq -r '.data.alerts[] | "\(.labels.alertname) \(.state)"')
[ -z "$alerts" ] || { echo "run.sh: alerts fire although nothing is wrong: $alerts" >&2; exit 1; }
echo "no alert of $(curl -sf "http://127.0.0.1:$port/api/v1/rules" | jq '[.data.groups[].rules[]] | length') is pending"
