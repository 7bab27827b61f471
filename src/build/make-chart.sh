#!/usr/bin/env bash
# make-chart.sh OUTPUT REGISTRY TAG: makes the Helm chart from the generated manifests and the overlays, as folder OUTPUT. Its default values
# are the registry and the tag of the images of this build.
# The build runs it in the root of the checkout.
set -euo pipefail
out=$1 registry=$2 tag=$3
rm -rf "$out"
mkdir -p "$(dirname "$out")"
cp -r deploy/helm/intel-gpu-resource-driver "$out"
sed -i "s|^  registry: .*|  registry: $registry|" "$out/values.yaml"
grep -qx "appVersion: $tag" "$out/Chart.yaml" || sed -i "s|^  tag: \"\"|  tag: \"$tag\"|" "$out/values.yaml"
mkdir -p "$out/files/crds"
cp target/kubernetes/structured-explain/explainer.yml target/kubernetes/controller.yml target/kubernetes/node-agent.yml "$out/files/"
cp target/kubernetes/structured/node-agent.yml "$out/files/structured-node-agent.yml"
cp target/kubernetes/crds/*.yml "$out/files/crds/"
cp deploy/resource-class.yaml deploy/overlays/structured/device-classes.yaml deploy/overlays/structured/slices-rbac.yaml \
  deploy/components/simulator/topology.yaml "$out/files/"
cp deploy/components/claim-status/rbac.yaml "$out/files/claim-status-rbac.yaml"
cp deploy/components/take-over/rbac.yaml "$out/files/take-over-rbac.yaml"
cp deploy/components/node-restriction/policy.yaml "$out/files/node-restriction.yaml"
cp deploy/overlays/structured/node-agent-patch.yaml "$out/files/structured-patch.yaml"
cp deploy/components/monitors/policy.yaml "$out/files/monitors-policy.yaml"
for component in openshift openshift-controller openshift-explainer; do
  cp "deploy/components/$component/scc.yaml" "$out/files/$component-scc.yaml"
done
cp deploy/components/network-policy/network-policy.yaml deploy/components/services/services.yaml deploy/monitoring/pod-monitor.yaml "$out/files/"
cp deploy/components/extended-resources/classes.yaml "$out/files/extended-resources.yaml"
for component in claim-status take-over drm-memory monitors nfd no-surge openshift simulator; do
  cp "deploy/components/$component/node-agent-patch.yaml" "$out/files/$component-patch.yaml"
done
