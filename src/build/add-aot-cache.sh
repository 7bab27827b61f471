#!/bin/bash
# add-aot-cache.sh IMAGE.tar [--driven-by PROGRAM ARGUMENT... --] NAME=VALUE...: starts the application of the image once, and adds what
# the JVM recorded about its classes and methods as a layer (JEP 483, 514, 515). A start then takes a third of the time and half the CPU.
# PROGRAM plays an API server and gives the application work, so that its first work after a start is not slow either. It gets one more
# argument, the kubeconfig to write, and ends when all is done. Without PROGRAM there is no API server. NAME=VALUE are the environment of
# the application; @DIR in a value is an empty temporary folder.
# The JVM accepts the cache only for exactly the jars and the runtime of the image, so the application is started from the image.
set -euo pipefail
command -v jq >/dev/null || { echo "add-aot-cache.sh: jq is missing: install it" >&2; exit 1; }
image=$(realpath -m "$1") here=$(realpath "$(dirname "${BASH_SOURCE[0]}")"); shift
program=()
if [ "${1:-}" = --driven-by ]; then
  shift
  while [ "$1" != -- ]; do program+=("$1"); shift; done
  shift
fi
if [ ! -e "$image" ]; then
  echo "add-aot-cache.sh: $image is not there (the image went to a Docker engine or a registry): no AOT cache" >&2
  exit 0
fi
work=$image.aot          # beside the image, because a folder for temporary files may forbid running programs
trial=$(mktemp -d)       # short, because it will have sockets, whose paths may have 107 bytes
end_all() { local p; for p in ${pid:-} ${program_pid:-}; do kill -9 -- "-$p" 2>/dev/null || true; done; }
trap 'end_all; rm -rf "$work" "$trial"' EXIT
rm -rf "$work"
mkdir "$work" "$work/layer"
tar -xOf "$image" config.json >"$work/config.json"
if jq -e '.config.Entrypoint | any(startswith("-XX:AOTCache"))' "$work/config.json" >/dev/null; then exit 0; fi
"$here/unpack-image.sh" "$image" "$work/image" "$work/root"

folder=$(jq -r .config.WorkingDir "$work/image/config.json")
cache=$folder/application.aot
# with all compilers: the cache keeps only the profiles of methods that C2 needs, and they make C1 alone faster, too
mapfile -t entry < <(jq -r '.config.Entrypoint[1:][] | if . == "-jar" then "-XX:TieredStopAtLevel=4", . else . end' "$work/image/config.json")
environment=(POD_NAMESPACE=default POD_NAME=trial QUARKUS_MANAGEMENT_HOST=127.0.0.1 QUARKUS_MANAGEMENT_PORT=0)
program_ends() { # program_ends SECONDS: waits for its end, and returns its status
  local limit=$((SECONDS + $1))
  while kill -0 "$program_pid" 2>/dev/null; do
    [ "$SECONDS" -lt "$limit" ] || return 1
    sleep 0.1
  done
  wait "$program_pid"
}
if [ ${#program[@]} -gt 0 ]; then
  setsid "${program[@]}" "$trial/kubeconfig" >"$work/program.log" 2>&1 &
  program_pid=$!
  until [ -s "$trial/kubeconfig" ]; do
    kill -0 "$program_pid" 2>/dev/null || { cat "$work/program.log" >&2
      echo "add-aot-cache.sh: ${program[0]} ended too early: see its output above (build with -DskipTests, not with -Dmaven.test.skip)" >&2; exit 1; }
    sleep 0.1
  done
  environment+=(KUBECONFIG="$trial/kubeconfig")
else
  environment+=(KUBERNETES_MASTER=https://127.0.0.1:1 KUBECONFIG=/nonexistent)
fi
for pair; do environment+=("${pair//@DIR/$trial}"); done
cd "$work/root$folder"
setsid env -i "${environment[@]}" "$work/root/opt/java/bin/java" -XX:AOTCacheOutput="$work/application.aot" "${entry[@]}" >"$work/log" 2>&1 &
pid=$!

fail() {
  cat "$work/log" >&2
  echo "add-aot-cache.sh: $1: see the application's output above" >&2
  exit 1
}
await() { # await SECONDS WHAT COMMAND...
  local limit=$((SECONDS + $1)) what=$2
  until "${@:3}"; do
    kill -0 "$pid" 2>/dev/null || fail "the application ended before $what"
    [ "$SECONDS" -lt "$limit" ] || fail "$what: not within $1 s"
    sleep 0.1
  done
}
# the requests of Prometheus and of the kubelet are part of the trial
port() { sed -n 's/.*[Mm]anagement interface listening on http:[^ ]*:\([0-9]*\).*/\1/p' "$work/log" | head -n 1; }
listens() { [ -n "$(port)" ]; }
ask() { # ask PATH: ignores the answer
  (
    exec 3<>"/dev/tcp/127.0.0.1/$(port)"
    printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$1" >&3
    timeout 5 cat <&3
  ) >/dev/null 2>&1 || true
}
await 120 "it listened" listens
for path in started live ready; do ask "/q/health/$path"; done
ask /q/metrics
sleep 2   # for work in the background
if [ ${#program[@]} -gt 0 ]; then
  program_ends 300 || { cat "$work/program.log" >&2; fail "the work was not done"; }
  ask /q/metrics
fi
kill "$pid" 2>/dev/null || fail "the application ended by itself"
ended() { ! kill -0 "$pid" 2>/dev/null; }
limit=$((SECONDS + 180))   # the application ends, and another JVM assembles the cache
until ended; do
  [ "$SECONDS" -lt "$limit" ] || fail "no end within 180 s"
  sleep 0.1
done
pid=''
[ -s "$work/application.aot" ] || fail "no cache was written"

mkdir -p "$work/layer$folder"
cp "$work/application.aot" "$work/layer$cache"
tar --sort=name --mtime=@1 --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX -C "$work/layer" -cf "$work/image/aot.tar" ".$cache"
digest=$(sha256sum "$work/image/aot.tar" | cut -d' ' -f1)
labels=$("$here/image-labels.sh" "intel-gpu-$(basename "$image" .tar)")
cd "$work/image"
gzip -n aot.tar   # as the other layers: programs look at the first one to know whether all are compressed
jq -c --arg d "sha256:$digest" --arg option "-XX:AOTCache=$cache" --argjson labels "$labels" '.rootfs.diff_ids += [$d]
  | .config.Labels = (.config.Labels // {}) + $labels
  | .config.Entrypoint = [.config.Entrypoint[0], $option] + .config.Entrypoint[1:]
  | if .history then .history += [{created_by: "add-aot-cache.sh"}] else . end' config.json >config.new
mv config.new config.json
jq -c '.[0].Layers += ["aot.tar.gz"]' manifest.json >manifest.new
mv manifest.new manifest.json
mapfile -t layers < <(jq -r ".[0].Layers[]" manifest.json)
tar --mtime=@0 --owner=0 --group=0 -cf "$image.tmp" manifest.json config.json "${layers[@]}"
mv "$image.tmp" "$image"
