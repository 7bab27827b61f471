#!/usr/bin/env bash
# image-labels.sh TITLE: prints the labels of an image as JSON. DRIVER_VERSION: the version of the driver; IMAGE_SOURCE: the address of
# its source code, if it has one.
set -euo pipefail
revision=$(git rev-parse --verify -q HEAD 2>/dev/null) || revision=''   # without git, or outside a clone
[ -z "$revision" ] || git diff --quiet HEAD 2>/dev/null || revision+=-modified
created=''   # when the commit was made, not when the image was: so that two builds of it have the same label
[ -z "$revision" ] || created=$(TZ=UTC git log -1 --date=format-local:%Y-%m-%dT%H:%M:%SZ --format=%cd)
jq -nc --arg title "$1" --arg version "${DRIVER_VERSION:?}" --arg revision "$revision" --arg source "${IMAGE_SOURCE:-}" --arg created "$created" '
  {title: $title, version: $version, revision: $revision, source: $source, created: $created, licenses: "Apache-2.0"}
  | with_entries(select(.value != "") | .key |= "org.opencontainers.image." + .)'
