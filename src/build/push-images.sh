#!/usr/bin/env bash
# push-images.sh [--to HOST/PATH]: pushes the images in target/images to the registry that their names say, or to that place, and prints
# a line NAME:VERSION@DIGEST for each.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. e2e/lib/jdk.sh
use_jdk 25
# five minutes for each answer: jib would repeat a request after 20 s, which registries refuse in the middle of an upload
exec "$JAVA_HOME/bin/java" -Djava.util.logging.manager=org.jboss.logmanager.LogManager --sun-misc-unsafe-memory-access=allow \
  -Djib.httpTimeout=300000 -cp "$(<target/test-class-path)" src/build/PushImages.java "$@" target/images/{controller,node-agent,simulator}.tar
