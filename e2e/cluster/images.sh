#!/usr/bin/env bash
# images.sh: makes the images that every node gets at its start, if they are missing or older than this script:
#   pause    the image of the kubelet's sandboxes
#   busybox  for sample and test pods, under the name that public examples use, so that nothing is ever pulled
set -euo pipefail
. "$(dirname "$0")/lib.sh"
images=$CACHE/images
mkdir -p "$images"
exec {lock}>"$images/.lock"   # another cluster that starts now makes the same files
flock "$lock"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

made() { [ -e "$1" ] && [ ! "$0" -nt "$1" ]; }

made "$images/pause.tar" || {
  command -v go >/dev/null || die "Go is missing: install Go 1.24 or newer and put it in PATH"
  mkdir "$work/pause"
  cat >"$work/main.go" <<'GO'
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	<-stop
}
GO
  CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$work/pause/pause" "$work/main.go"
  "$HERE/mkimage.sh" "$images/pause.tar" "$work/pause" docker.io/lab/pause:1 /pause
}

made "$images/busybox.tar" || {
  busybox=$(command -v busybox) || die "busybox is missing: apt-get install busybox-static"
  ! ldd "$busybox" 2>&1 | grep -q "=>" || die "$busybox needs shared libraries: apt-get install busybox-static"
  mkdir -p "$work/busybox"/{bin,dev,etc,proc,sys,tmp}
  echo 'root:x:0:0:root:/:/bin/sh' >"$work/busybox/etc/passwd"
  echo 'root:x:0:' >"$work/busybox/etc/group"
  cp "$busybox" "$work/busybox/bin/busybox"
  for applet in $(busybox --list); do
    [ "$applet" = busybox ] || ln -s busybox "$work/busybox/bin/$applet"
  done
  "$HERE/mkimage.sh" "$images/busybox.tar" "$work/busybox" \
    docker.io/lab/busybox:1,registry.k8s.io/e2e-test-images/busybox:1.29-2 sh
}
