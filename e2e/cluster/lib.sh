# shellcheck shell=bash disable=SC2034  # sourced: much of it is used by the other scripts only
# lib.sh: names, folders and functions that the scripts of this folder share.

shopt -s inherit_errexit   # otherwise a failure inside $(...) is ignored

CLUSTER=${CLUSTER_NAME:-intel-gpu-dra}   # names the control groups and the state folder
PORT=${CLUSTER_PORT:-6443}               # where the host reaches the API server, on 127.0.0.1
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/intel-gpu-dra
RUN=$CACHE/run
[ "$CLUSTER" = intel-gpu-dra ] || RUN=$CACHE/run-$CLUSTER
PKI=$RUN/pki
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export KUBECONFIG=$RUN/admin.kubeconfig

# Addresses. All are inside the cluster's own network namespaces, so every cluster can use the same ones.
CONTROL_IP=10.222.0.1
SERVICE_IP=10.96.0.1     # of the service "kubernetes"
DNS_IP=10.96.0.10        # refuses connections: there is no DNS, but without an address for it the kubelet warns about every pod
node_ip() { echo "10.222.0.$((10 + ${1#node}))"; }
pod_subnet() { echo "10.244.${1#node}.0/24"; }

# The standard folders of a node. Each node has its own at these paths; the host does not see them.
NODE_FOLDERS=(/run/mount /etc/cdi /run/cdi /run/containerd /run/intel-gpu-simulator
  /var/lib/cni /var/lib/containerd /var/lib/kubelet /var/log/containers /var/log/pods)
MARKER=.intel-gpu-dra-mount-point   # in a folder that exists on the host only to be mounted over

say() { echo "$*"; }
die() { echo "error: $*" >&2; exit 1; }

# A release of each minor version that the driver supports. The module proxy serves these with all that they are built of.
RELEASES=(1.26.0 1.27.4 1.28.15 1.29.0 1.30.14 1.31.0 1.32.0 1.33.1 1.34.4 1.35.4 1.36.3 1.37.2)

minor_of() { # minor_of 1.30.14 (or v1.30.14): 30
  local minor=${1#*.}
  echo "${minor%%.*}"
}

version_of() { # version_of 1.30.14 (or v1.30.14): v1.30.14; version_of 1.30: the release of it that is in RELEASES
  local release
  if [[ $1 =~ ^v?(1\.[0-9]+)$ ]]; then
    for release in "${RELEASES[@]}"; do [ "${release%.*}" != "${BASH_REMATCH[1]}" ] || { echo "v$release"; return; }; done
  fi
  [[ $1 =~ ^v?(1\.[0-9]+\.[0-9]+)$ ]] || die "'$1' is not a Kubernetes version such as 1.30.14"
  echo "v${BASH_REMATCH[1]}"
}

supported_version_of() { # as version_of, and fails unless the driver supports that minor version
  local minor
  [[ $1 =~ ^v?1\.([0-9]+)(\.[0-9]+)?$ ]] || die "'$1' is not a Kubernetes version such as 1.30.14"
  minor=${BASH_REMATCH[1]}
  [ "$minor" -ge "$(minor_of "${RELEASES[0]}")" ] ||
    die "Kubernetes 1.$minor is too old for this driver: it has no dynamic resource allocation. Take one of ${RELEASES[*]}"
  [ "$minor" -le "$(minor_of "${RELEASES[-1]}")" ] ||
    die "Kubernetes 1.$minor is newer than any that this driver was tried on. Take one of ${RELEASES[*]}"
  version_of "$1"
}

# --- what must be switched on for dynamic resource allocation

apis_of() { # apis_of MINOR: the APIs that the API server serves only if it is told to; those of 1.33 are for the kubelets, too
  case $1 in
    26) echo resource.k8s.io/v1alpha1=true ;;
    27 | 28 | 29 | 30) echo resource.k8s.io/v1alpha2=true ;;
    31) echo resource.k8s.io/v1alpha3=true ;;
    32) echo resource.k8s.io/v1beta1=true ;;
    33) echo resource.k8s.io/v1beta1=true,resource.k8s.io/v1beta2=true ;;
  esac
}

gates_of() { # gates_of MINOR: the feature gates of the API server, the controller manager, the scheduler and the kubelets
  [ "$1" -ge 34 ] || echo DynamicResourceAllocation=true
}

# --- requirements of the machine

REQUIRED=(runc:runc busybox:busybox-static socat:socat ip:iproute2 jq:jq openssl:openssl
  unshare:util-linux mount:mount /usr/lib/cni/bridge:containernetworking-plugins)

missing_packages() { # prints the Debian packages of the commands that are missing
  local pair
  for pair in "${REQUIRED[@]}"; do
    command -v "${pair%:*}" >/dev/null || echo "${pair#*:}"
  done
}

require_root() { [ "$(id -u)" -eq 0 ] || die "only root can make namespaces and mounts: run this as root (sudo -E $0)"; }

# --- processes: all are in the cluster's control group, so that none is missed

cgroup_v2() { [ -e /sys/fs/cgroup/cgroup.controllers ]; }

cgroup_roots() { # the cluster's control group: one folder in cgroup v2, one in each hierarchy of v1
  local hierarchy
  if cgroup_v2; then echo "/sys/fs/cgroup/$CLUSTER"; return; fi
  for hierarchy in /sys/fs/cgroup/*/; do
    [ ! -e "$hierarchy/cgroup.procs" ] || echo "$hierarchy$CLUSTER"
  done
}

make_cgroup() { # make_cgroup NAME: makes a group below the cluster's that can hold processes
  local root dir item
  for root in $(cgroup_roots); do
    for dir in "$root" "$root/$1"; do
      mkdir -p "$dir"
      if cgroup_v2; then
        for item in $(<"$dir/../cgroup.controllers"); do
          echo "+$item" >"$dir/../cgroup.subtree_control" 2>/dev/null || true   # not every controller can be delegated
        done
      elif [ -e "$dir/cpuset.cpus" ]; then
        for item in cpus mems; do cat "$dir/../cpuset.$item" >"$dir/cpuset.$item"; done   # empty at first in v1
      fi
    done
  done
}

cluster_pids() { # every process of the cluster, including those in pods
  local root
  for root in $(cgroup_roots); do
    find "$root" -name cgroup.procs -exec cat {} + 2>/dev/null || true   # a process may end meanwhile
  done | sort -un
}

spawn() { # spawn NAME COMMAND...: starts it in the background, with a log, a pid file, and the command for respawn
  local name=$1; shift
  mkdir -p "$RUN/commands"
  printf '%s\0' "$@" >"$RUN/commands/$name"
  (
    for root in $(cgroup_roots); do echo "$BASHPID" >"$root/daemons/cgroup.procs"; done
    unset HTTP_PROXY HTTPS_PROXY http_proxy https_proxy   # no proxy leads to the cluster's addresses
    exec setsid "$@"
  ) >>"$RUN/logs/$name.log" 2>&1 </dev/null &
  echo $! >"$RUN/pids/$name"
  until running "$name" || ! kill -0 $! 2>/dev/null; do sleep 0.01; done   # in the control group, or dead already
  disown $! 2>/dev/null || true   # otherwise this shell reports its end, even an intended one
}

respawn() { # respawn NAME: starts again what was spawned with that name
  local command
  mapfile -d '' -t command <"$RUN/commands/$1"
  spawn "$1" "${command[@]}"
}

pid_of() { cat "$RUN/pids/$1" 2>/dev/null; }

running() { # running NAME: whether its process is alive (a zombie or a reused pid is not in the control group)
  local pid
  pid=$(pid_of "$1") && grep -qx "$pid" <<<"$(cluster_pids)"
}

wait_for() { # wait_for SECONDS NAME WHAT COMMAND...: waits until COMMAND succeeds; fails at once if process NAME ends
  local limit=$1 name=$2 what=$3 start=$SECONDS why; shift 3
  until "$@" >/dev/null 2>&1; do
    if ! running "$name"; then why="$name has ended"
    elif [ $((SECONDS - start)) -ge "$limit" ]; then why="not within $limit s"
    else sleep 0.2; continue; fi
    echo "--- the last lines of $RUN/logs/$name.log" >&2
    tail -n 15 "$RUN/logs/$name.log" >&2 || true
    die "$what: $why. The logs are in $RUN/logs until you clean up with $HERE/down.sh"
  done
  say "  $what ($((SECONDS - start)) s)"
}

# --- namespaces: a sleeping process holds each; they vanish when the last process in them ends

hold() { # hold NAME UNSHARE-OPTION...: makes namespaces with the name NAME
  local name=$1; shift
  spawn "$name" unshare "$@" sleep infinity
  until [ "$(cat "/proc/$(pid_of "$name")/comm" 2>/dev/null)" = sleep ]; do
    running "$name" || die "cannot make namespaces: $(cat "$RUN/logs/$name.log")"
    sleep 0.05
  done
}

entry_to() { # entry_to PLACE: sets ENTRY to the command that runs another command in the namespaces of PLACE
  local pid
  pid=$(pid_of "$1") || die "there is no node $1; there are: control $(nodes | xargs)"
  case $1 in
    control) ENTRY=(nsenter --target "$pid" --net --) ;;
    *) ENTRY=(nsenter --target "$pid" --net --mount -- env PATH="$CACHE/bin/tools:$PATH") ;;
  esac
}

inside() { # inside control|NODE COMMAND...: runs it with the network of the control plane, or the network and folders of a node
  entry_to "$1"
  "${ENTRY[@]}" "${@:2}"
}

spawn_inside() { # spawn_inside control|NODE NAME COMMAND...
  entry_to "$1"
  spawn "$2" "${ENTRY[@]}" "${@:3}"
}

nodes() { [ ! -d "$RUN/nodes" ] || ls "$RUN/nodes"; }

# --- what is left after the end

cluster_namespaces() { # the namespaces of the cluster's processes, other than the host's
  local pid kind
  for pid in $(cluster_pids); do
    for kind in net mnt; do readlink "/proc/$pid/ns/$kind" || true; done
  done 2>/dev/null | sort -u | grep -vxF -e "$(readlink /proc/self/ns/net)" -e "$(readlink /proc/self/ns/mnt)" || true
}

unused_mount_points() { # folders that were made only as mount points and that no cluster uses any more
  local folder mounted
  # any process may end meanwhile: cat continues with the next one, but mawk would end there
  mounted=$({ cat /proc/[0-9]*/mountinfo 2>/dev/null || true; } | awk '{print $5}' | sort -u)
  for folder in "${NODE_FOLDERS[@]}"; do
    [ ! -e "$folder/$MARKER" ] || grep -qx "$folder" <<<"$mounted" || echo "$folder"
  done
}

# --- keys and kubeconfigs

key_pair() { # key_pair NAME CN [O [SAN]]: makes $PKI/NAME.key and .crt, signed by the cluster's CA
  local file=$PKI/$1 cn=$2 o=${3:-} san=${4:-}
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$file.key" \
    -subj "${o:+/O=$o}/CN=$cn" -out "$file.csr" 2>/dev/null
  openssl x509 -req -in "$file.csr" -CA "$PKI/ca.crt" -CAkey "$PKI/ca.key" -CAcreateserial -days 365 -out "$file.crt" \
    -extfile <(echo "extendedKeyUsage=clientAuth,serverAuth"; [ -z "$san" ] || echo "subjectAltName=$san") 2>/dev/null
}

kubeconfig() { # kubeconfig NAME CN [O [SERVER]]: makes $RUN/NAME.kubeconfig for that user
  local server=${4:-https://$SERVICE_IP}
  key_pair "$1" "$2" "${3:-}"
  cat >"$RUN/$1.kubeconfig" <<YAML
apiVersion: v1
kind: Config
clusters: [{name: $CLUSTER, cluster: {server: "$server", certificate-authority: "$PKI/ca.crt"}}]
users: [{name: "$1", user: {client-certificate: "$PKI/$1.crt", client-key: "$PKI/$1.key"}}]
contexts: [{name: $CLUSTER, context: {cluster: $CLUSTER, user: "$1"}}]
current-context: $CLUSTER
YAML
}

# --- the cluster

use_kubectl() { PATH=$CACHE/bin/$(cat "$RUN/version"):$PATH:$CACHE/bin/tools; }   # kubectl of the cluster's version, and helm

node_ready() { kubectl wait --for=condition=Ready "node/$1" --timeout=1s >/dev/null 2>&1; }
