#!/usr/bin/env bash
# kubeadm.sh [MINOR...]: checks the configurations of deploy/kubeadm, or those of these minor versions such as 1.31, with the kubeadm of
# their release: it builds what is missing, some two minutes each, and changes nothing on this machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. e2e/cluster/lib.sh
[ $# -gt 0 ] || for file in deploy/kubeadm/*.yaml; do name=${file##*/}; set -- "$@" "${name%.yaml}"; done
for minor; do
  version=$(version_of "$minor")
  "$HERE/build.sh" "kubeadm@$version"
  "$CACHE/bin/$version/kubeadm" config validate --config "deploy/kubeadm/$minor.yaml" ||
    die "kubeadm $version does not take deploy/kubeadm/$minor.yaml: see its message above"
  say "kubeadm $version takes deploy/kubeadm/$minor.yaml"
done
