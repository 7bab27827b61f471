#!/bin/bash
# make-simulator-image.sh BASE.tar SIMULATOR_DIR NAME:TAG OUT.tar: adds the simulator's jars to the base image.
set -euo pipefail
base=$1 jars=$2 name=$3 out=$(realpath -m "$4")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -C "$work" -xf "$base"
mkdir -p "$work/root/opt/simulator"
cp "$jars"/*.jar "$work/root/opt/simulator/"
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX -C "$work/root" -cf "$work/simulator.tar" .
digest=$(sha256sum "$work/simulator.tar" | cut -d' ' -f1)
labels=$("$(dirname "${BASH_SOURCE[0]}")/image-labels.sh" intel-gpu-simulator)
jq -c --arg d "sha256:$digest" --argjson labels "$labels" '.config.Labels = $labels | .rootfs.diff_ids += [$d] | .config.Entrypoint = ["/opt/java/bin/java", "--enable-native-access=ALL-UNNAMED",
  "-XX:-UsePerfData", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m", "-XX:+ExitOnOutOfMemoryError", "-cp", "/opt/simulator/*", "com.intel.dra.gpu.simulator.program.SimulatorMain"]' \
  "$work/config.json" >"$work/config.new"
mv "$work/config.new" "$work/config.json"
jq -nc --arg n "$name" '[{Config: "config.json", RepoTags: [$n], Layers: ["layer.tar", "simulator.tar"]}]' >"$work/manifest.json"
tar -C "$work" --mtime=@0 --owner=0 --group=0 -cf "$out.tmp" manifest.json config.json layer.tar simulator.tar
mv "$out.tmp" "$out"
