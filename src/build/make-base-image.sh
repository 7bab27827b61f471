#!/bin/bash
# make-base-image.sh OUT.tar: makes a container base image of a jlinked JRE and the few libraries that the JRE loads, as a docker
# archive, without a Docker engine. It has no shell and no package manager. Needs JAVA_HOME (JDK 25+).
set -euo pipefail
out=$(realpath -m "$1")
: "${JAVA_HOME:?set JAVA_HOME to a JDK 25 or newer}"
case $(uname -m) in
  x86_64) arch=amd64 ;;
  aarch64) arch=arm64 ;;
  *) echo "make-base-image.sh: no image for $(uname -m), only x86_64 and aarch64" >&2; exit 1 ;;
esac
# The modules that Quarkus, Netty, Vert.x, the Kubernetes client and our FFM calls need; jdk.jfr is for administrators.
# java.desktop, a third of all modules by size, is left out: only Jackson looks for java.beans, and works without it.
modules=java.base,java.compiler,java.instrument,java.logging,java.management,java.naming,java.net.http,java.security.jgss,java.security.sasl,java.sql,java.xml,jdk.crypto.cryptoki,jdk.jfr,jdk.management,jdk.management.jfr,jdk.net,jdk.unsupported,jdk.zipfs
stamp="$modules $(sed -n 's/^JAVA_RUNTIME_VERSION=//p' "$JAVA_HOME/release") $(sha256sum <"$0")"
[ -f "$out" ] && [ "$(cat "$out.stamp" 2>/dev/null)" = "$stamp" ] && exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$root"/{opt,tmp,etc,dev,proc,sys,run,var,home/jboss}
chmod 1777 "$root/tmp"
"$JAVA_HOME/bin/jlink" --add-modules "$modules" --output "$root/opt/java" \
  --strip-debug --no-header-files --no-man-pages --compress zip-6

# every library to which the JRE is linked, in the folder where the loader looks for it
mapfile -t libraries < <(find "$root/opt/java" \( -name '*.so' -o -path '*/bin/java' \) -exec ldd {} + 2>/dev/null |
  awk '$2 == "=>" && $3 ~ "^/" {print $3} $1 ~ "^/.*/ld-linux" {print $1}' | grep -v "^$root" | sort -u)
for library in "${libraries[@]}"; do
  install -D -m755 "$(realpath "$library")" "$root$library"
done
echo 'root:x:0:0:root:/:/nonexistent
driver:x:10001:10001:driver:/:/nonexistent' >"$root/etc/passwd"
echo 'root:x:0:
driver:x:10001:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"

tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$root" -cf "$work/layer.tar" .
digest=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
cat >"$work/config.json" <<JSON
{"architecture":"$arch","os":"linux","config":{"Env":["PATH=/opt/java/bin","JAVA_HOME=/opt/java","LANG=C.UTF-8"],"WorkingDir":"/"},"rootfs":{"type":"layers","diff_ids":["sha256:$digest"]}}
JSON
echo '[{"Config":"config.json","RepoTags":["intel-gpu-jre:25"],"Layers":["layer.tar"]}]' >"$work/manifest.json"
mkdir -p "$(dirname "$out")"
tar -C "$work" --mtime=@0 --owner=0 --group=0 -cf "$out.tmp" manifest.json config.json layer.tar
mv "$out.tmp" "$out"
echo "$stamp" >"$out.stamp"
