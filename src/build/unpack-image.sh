#!/usr/bin/env bash
# unpack-image.sh IMAGE.tar FILES ROOT: the files of an image's archive (manifest.json, config.json, layers) into folder FILES, and what
# its layers make together into folder ROOT. Both are made where they are missing.
# Files that an upper layer deletes stay: the driver's images have none.
set -euo pipefail
image=$1 files=$2 root=$3
mkdir -p "$files" "$root"
tar -C "$files" -xf "$image"
while read -r layer; do
  tar -C "$root" --no-same-owner --warning=no-unknown-keyword -xf "$files/$layer"
done < <(jq -r '.[0].Layers[]' "$files/manifest.json")
