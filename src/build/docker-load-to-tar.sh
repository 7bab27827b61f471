#!/bin/bash
# Replaces `docker` where there is no Docker engine: jib passes the image to `docker load`, and this script writes it to a file.
# IMAGE_TAR names the file.
set -euo pipefail
case ${1:-} in
  info) echo '{"OSType":"linux","Architecture":"x86_64"}' ;;
  load)
    mkdir -p "$(dirname "$IMAGE_TAR")"
    cat >"$IMAGE_TAR.tmp"
    mv "$IMAGE_TAR.tmp" "$IMAGE_TAR"
    echo "Loaded image into $IMAGE_TAR"
    ;;
  *) echo "docker-load-to-tar.sh: only info and load, not: $*" >&2; exit 1 ;;
esac
