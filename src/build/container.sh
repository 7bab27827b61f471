#!/usr/bin/env bash
# container.sh build|push: makes the images of the driver with Maven, and pushes them. The variables REGISTRY, IMAGENAME and
# IMAGE_VERSION name them, or IMAGE_TAG alone; docs/operate/install.md says how. `make container-build` and `make container-push` call it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. e2e/lib/jdk.sh

die() { echo "error: $*" >&2; exit 1; }

require() { # require VARIABLE VALUE PART PATTERN WHAT: fails unless the part of the value matches
  [[ $3 =~ ^($4)$ ]] || die "$1='${2:0:300}': '${3:0:300}' is not $5"
}
HOST='[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?'
WORD='[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*'
VERSION='[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}'

options=()
registry() { # registry VARIABLE VALUE HOST
  require "$1" "$2" "$3" "$HOST" "the host of a registry: write it in lower case, with a port if it needs one and without https://, such as registry.example.com:5000"
  options+=("-Dquarkus.container-image.registry=$3")
}
name() { # name VARIABLE VALUE NAME
  require "$1" "$2" "$3" "$WORD(/$WORD)*" "the name of an image: write lower-case letters and digits, with single '.', '_' or '-' between, such as intel-gpu-resource-driver"
  options+=("-Dquarkus.container-image.group=$3")
}
version() { # version VARIABLE VALUE VERSION
  require "$1" "$2" "$3" "$VERSION" "a version: write at most 128 letters, digits, '_', '.' or '-', the first a letter, a digit or '_', such as v0.1.0"
  options+=("-Dquarkus.container-image.tag=$3")
}

if [ -n "${IMAGE_TAG:-}" ]; then   # replaces all others; a ':' before the last '/' is that of a port
  last=${IMAGE_TAG##*/}
  [[ $IMAGE_TAG == */* ]] || die "IMAGE_TAG='${IMAGE_TAG:0:300}' names no registry: write REGISTRY/NAME:VERSION, such as registry.example.com/intel-gpu-resource-driver:v0.1.0"
  path=${IMAGE_TAG%"$last"}${last%%:*}
  registry IMAGE_TAG "$IMAGE_TAG" "${path%%/*}"
  name IMAGE_TAG "$IMAGE_TAG" "${path#*/}"
  if [[ $last == *:* ]]; then version IMAGE_TAG "$IMAGE_TAG" "${last#*:}"
  elif [ -n "${IMAGE_VERSION:-}" ]; then version IMAGE_VERSION "$IMAGE_VERSION" "$IMAGE_VERSION"; fi
else
  [ -z "${REGISTRY:-}" ] || registry REGISTRY "$REGISTRY" "$REGISTRY"
  [ -z "${IMAGENAME:-}" ] || name IMAGENAME "$IMAGENAME" "$IMAGENAME"
  [ -z "${IMAGE_VERSION:-}" ] || version IMAGE_VERSION "$IMAGE_VERSION" "$IMAGE_VERSION"
fi

command -v mvn >/dev/null || die "Maven is missing: install Maven 3.8 or newer and put it in PATH"
use_jdk 25
mvn -B -q -DskipTests "${options[@]}" package
case ${1:-} in
  build) echo "The images are in target/images, the manifests in target/kubernetes, the chart in target/helm." ;;
  push) src/build/push-images.sh ;;
  *) die "usage: container.sh build|push" ;;
esac
