#!/usr/bin/env bash
# unpack-image.sh IMAGE.tar FILES ROOT: unpacks the files of an image's archive (manifest.json, config.json, layers) into folder FILES,
# and the content of its layers, combined, into folder ROOT. It makes both folders if they are missing.
# Files that an upper layer deletes stay, because the driver's images have none.
set -euo pipefail
image=$1 files=$2 root=$3
mkdir -p "$files" "$root"
tar -C "$files" -xf "$image"
while read -r layer; do
  tar -C "$root" --no-same-owner --warning=no-unknown-keyword -xf "$files/$layer"
done < <(jq -r '.[0].Layers[]' "$files/manifest.json")
