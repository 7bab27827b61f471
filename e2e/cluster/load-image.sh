#!/usr/bin/env bash
# load-image.sh [--node NAME] TAR...: imports images into the containerd of every node (or of that one).
set -euo pipefail
. "$(dirname "$0")/lib.sh"
targets=$(nodes)
if [ "${1:-}" = --node ]; then targets=$2; shift 2; fi
[ $# -gt 0 ] || die "usage: load-image.sh [--node NAME] TAR..."
[ -n "$targets" ] || die "no node is up: run $HERE/up.sh first"
for tar; do
  [ -r "$tar" ] || die "there is no image $tar"
  for node in $targets; do
    answer=$(inside "$node" ctr --namespace k8s.io images import - <"$tar" 2>&1) ||
      die "containerd of $node refused the image $tar: $answer"
    say "  ${tar##*/} loaded on $node"
  done
done
