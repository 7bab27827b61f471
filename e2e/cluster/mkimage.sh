#!/usr/bin/env bash
# mkimage.sh OUT.tar ROOTFS NAME[,NAME...] [ENTRYPOINT...]: packs a folder as an image of one layer for load-image.sh (or any
# `docker load`). The same folder gives the same image.
set -euo pipefail
out=$1 rootfs=$2 names=$3; shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$rootfs" -cf "$work/layer.tar" .
case $(uname -m) in x86_64) arch=amd64 ;; aarch64) arch=arm64 ;; *) arch=$(uname -m) ;; esac
jq -n --arg arch "$arch" --arg digest "$(sha256sum "$work/layer.tar" | cut -d' ' -f1)" --args '{
    architecture: $arch, os: "linux",
    config: {Entrypoint: $ARGS.positional, Env: ["PATH=/usr/bin:/bin:/usr/sbin:/sbin"]},
    rootfs: {type: "layers", diff_ids: ["sha256:" + $digest]}
  }' -- "$@" >"$work/config.json"
jq -n --arg names "$names" \
  '[{Config: "config.json", RepoTags: ($names | split(",")), Layers: ["layer.tar"]}]' >"$work/manifest.json"
tar -C "$work" -cf "$out.part" manifest.json config.json layer.tar
mv "$out.part" "$out"
