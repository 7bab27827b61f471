#!/usr/bin/env bash
# push-images.sh [--to HOST/PATH]: pushes the images in target/images to the registry that their names say, or to that place, and prints
# a line NAME:VERSION@DIGEST for each.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. e2e/lib/jdk.sh
use_jdk 25
exec "$JAVA_HOME/bin/java" -cp "$(<target/test-class-path)" src/build/PushImages.java "$@" target/images/{controller,node-agent,simulator}.tar
