#!/usr/bin/env bash
# leftovers.sh [NAMESPACE...]: lists everything that is left of the cluster (or in one of those namespaces, written as
# net:[4026531840]), and fails if there is anything. After down.sh there must be nothing.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
found=0
left() { echo "left: $*" >&2; found=1; }
name_of() { echo "$1 ($(tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | cut -c1-80))"; }

# A cluster that runs at the same time may have got the number of a former namespace of this one.
of_another_cluster() { # of_another_cluster PID
  local run name
  for run in "$CACHE"/run "$CACHE"/run-*; do
    name=${run#"$CACHE/run"} name=${name#-} name=${name:-intel-gpu-dra}
    if [ -d "$run" ] && [ "$name" != "$CLUSTER" ] && grep -qsE "/$name(/|\$)" "/proc/$1/cgroup"; then return 0; fi
  done
  return 1
}

for pid in $(cluster_pids); do left "process $(name_of "$pid")"; done
for root in $(cgroup_roots); do [ ! -d "$root" ] || left "control group $root"; done
[ ! -e "$RUN" ] || left "state, logs and sockets in $RUN"
for folder in $(unused_mount_points); do left "mount point $folder"; done

# A namespace and its mounts exist as long as a process is in it, so this checks what each process sees.
inside=${RUN#"$(stat -c %m "${CACHE%/*}")"}/nodes/   # in the form in which a bind mount of a node's folder names its source
while IFS=/ read -r _ _ pid _; do
  left "mounts of a node, seen by process $(name_of "$pid")"
done < <(grep -lsF -e "$inside" /proc/[0-9]*/mountinfo)
for namespace; do
  while IFS=/ read -r _ _ pid _; do
    of_another_cluster "$pid" || left "namespace $namespace, held by process $(name_of "$pid")"
  done < <(find /proc/[0-9]*/ns/ -printf '%p %l\n' 2>/dev/null | grep -F " $namespace")
done

[ "$found" = 0 ] || exit 1
say "nothing is left of the cluster $CLUSTER"
