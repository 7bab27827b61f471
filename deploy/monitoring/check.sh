#!/usr/bin/env bash
# check.sh: checks the alerts and runs their tests with promtool, lets kubectl build the component if kubectl is installed, and fails if
# promtool is missing. A unit test (MetricsDocumentationTest) checks that alerts and dashboard name only what exists.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
command -v promtool >/dev/null || {
  echo "check.sh: promtool is missing, so nothing was checked: apt-get install prometheus, or put it in PATH" >&2
  exit 1
}
promtool check rules rules.yaml
promtool test rules rules-test.yaml
# each query of the dashboard as a rule of its own; the variables are Grafana's
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
jq '{groups: [{name: "dashboard", rules: [.panels[].targets[]?.expr
  | gsub("\\$__rate_interval"; "1m") | gsub("\\$node"; ".*")]
  | unique | to_entries | map({record: "dashboard:query\(.key)", expr: .value})}]}' dashboard.json >"$work/dashboard.yaml"
promtool check rules "$work/dashboard.yaml"
if command -v kubectl >/dev/null; then
  mkdir "$work/overlay"
  cp -r . "$work/monitoring"
  printf 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\ncomponents: [../monitoring]\n' >"$work/overlay/kustomization.yaml"
  kubectl kustomize "$work/overlay" | grep -c '^kind: \(PodMonitor\|PrometheusRule\)$' | grep -qx 3
  echo "the component has 3 objects"
else
  echo "kubectl is missing: the component was not built"
fi
