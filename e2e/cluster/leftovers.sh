#!/usr/bin/env bash
# leftovers.sh [NAMESPACE...]: names all that is there of the cluster (or in one of those namespaces, written as
# net:[4026531840]), and fails if there is anything. After down.sh there must be nothing.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
found=0
left() { echo "left: $*" >&2; found=1; }
name_of() { echo "$1 ($(tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | cut -c1-80))"; }

for pid in $(cluster_pids); do left "process $(name_of "$pid")"; done
for root in $(cgroup_roots); do [ ! -d "$root" ] || left "control group $root"; done
[ ! -e "$RUN" ] || left "state, logs and sockets in $RUN"
for folder in $(unused_mount_points); do left "mount point $folder"; done

# A namespace lives as long as a process is in it, and its mounts with it: so look at what each process sees.
inside=${RUN#"$(stat -c %m "${CACHE%/*}")"}/nodes/   # as in the "root" column of a bind mount
for process in /proc/[0-9]*; do
  pid=${process#/proc/}
  if grep -qsF "$inside" "$process/mountinfo"; then left "mounts of a node, seen by process $(name_of "$pid")"; fi
  for namespace; do
    if [[ $(readlink "$process/ns/${namespace%%:*}" 2>/dev/null) == "$namespace" ]]; then
      left "namespace $namespace, held by process $(name_of "$pid")"
    fi
  done
done

[ "$found" = 0 ] || exit 1
say "nothing is left of the cluster $CLUSTER"
