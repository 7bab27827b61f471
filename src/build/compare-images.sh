#!/usr/bin/env bash
# compare-images.sh FOLDER FOLDER: compares the images of two builds, layer by layer, and prints a line for each. It fails if a layer
# differs, or anything else of an image, except for what no two builds have in common: the classes that Quarkus generates, and the AOT
# cache. docs/develop/release.md says why these differ.
set -euo pipefail
[ $# = 2 ] || { echo "usage: compare-images.sh FOLDER FOLDER" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

what() { # what FOLDER LAYER: what is in a layer, by its first file
  case $(tar --warning=no-unknown-keyword -tf "$1/$2" | grep -v '/$' | sed -n 1p) in
    *opt/driver/quarkus/*) echo generated ;;
    *opt/driver/application.aot) echo aot-cache ;;
    *opt/driver/lib/*) echo libraries ;;
    *opt/driver/app/*) echo driver ;;
    *opt/driver/quarkus-run.jar) echo start ;;
    *opt/driver/*) echo options ;;
    *opt/simulator/*) echo simulator ;;
    *) echo base ;;
  esac
}

failed=''
for name in controller node-agent simulator; do
  for side in 1 2; do
    [ -e "${!side}/$name.tar" ] || { echo "error: ${!side}/$name.tar is missing: give the folders target/images of two builds" >&2; exit 1; }
    mkdir -p "$work/$side/$name"
    tar -C "$work/$side/$name" -xf "${!side}/$name.tar"
    # the list of layers is compared by itself, and the commit is in the label
    jq -S 'del(.rootfs.diff_ids)' "$work/$side/$name/config.json" >"$work/$side/$name/config"
    jq -r '.[0].Layers[]' "$work/$side/$name/manifest.json" >"$work/$side/$name/layers"
  done
  if cmp -s "$work"/{1,2}/$name/config; then echo "$name configuration same"; else
    echo "$name configuration differs"
    diff "$work"/{1,2}/$name/config >&2 || true
    failed=yes
  fi
  [ "$(wc -l <"$work/1/$name/layers")" = "$(wc -l <"$work/2/$name/layers")" ] || { echo "$name layers differ in number"; failed=yes; }
  while read -r -u 3 first && read -r -u 4 second; do
    kind=$(what "$work/1/$name" "$first")
    if cmp -s "$work/1/$name/$first" "$work/2/$name/$second"; then echo "$name $kind same"
    elif [[ $kind == generated || $kind == aot-cache ]]; then echo "$name $kind differs, as always"
    else echo "$name $kind differs"; failed=yes; fi
  done 3<"$work/1/$name/layers" 4<"$work/2/$name/layers"
done
[ -z "$failed" ] || { echo "error: these are not two builds of one commit, or the build has become less reproducible" >&2; exit 1; }
