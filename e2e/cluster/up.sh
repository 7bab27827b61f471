#!/usr/bin/env bash
# up.sh VERSION [--nodes N | --no-node] [--feature-gates A=false,B=true] [--for-load USER,...]: starts a real Kubernetes of that
# version with N nodes (1 by default); every component has these feature gates, too.
# --for-load: for benchmarks. Scheduler and controller manager have no client limits, nodes that exist only as objects stay unchanged,
# and the requests of these users are written to $RUN/logs/audit.jsonl.
# Parts that are up and healthy stay unchanged, so a second call is quick, and a call with a larger N adds nodes.
# After a failed start everything stays for inspection; down.sh removes it.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
usage="usage: up.sh VERSION [--nodes N | --no-node] [--feature-gates A=false,B=true] [--for-load USER,...]"
version='' count=1 more_gates='' load_users=''
while [ $# -gt 0 ]; do
  case $1 in
    --nodes) count=${2:?$usage}; shift ;;
    --no-node) count=0 ;;
    --feature-gates) more_gates=${2:?$usage}; shift ;;
    --for-load) load_users=${2:?$usage}; shift ;;
    -*) die "$usage" ;;
    *) version=$(version_of "$1") ;;
  esac
  shift
done
[ -n "$version" ] || die "$usage"
[[ $count =~ ^[0-9]+$ && $count -le 100 ]] || die "--nodes takes a number from 0 to 100, not '$count'"
bin=$CACHE/bin/$version tools=$CACHE/bin/tools minor=$(minor_of "$version")

# What must be switched on for dynamic resource allocation; the configurations in deploy/kubeadm say the same. From 1.34 on nothing.
# RUNTIME_CONFIG and FEATURE_GATES override it.
apis=$(apis_of "$minor") gates=$(gates_of "$minor")
apis=${RUNTIME_CONFIG:-$apis} gates=${FEATURE_GATES:-$gates}
gates+=${more_gates:+${gates:+,}$more_gates}
# the API of pod groups, if their gate is on; 1.37 was the first to serve it in this version
[[ $minor -lt 37 || ,$gates, != *,GenericWorkload=true,* ]] || apis+=${apis:+,}scheduling.k8s.io/v1beta1=true
[[ $gates =~ ^([A-Za-z]+=(true|false)(,[A-Za-z]+=(true|false))*)?$ ]] || die "--feature-gates takes a list such as A=true,B=false, not '$gates'"

check_requirements() {
  local program packages
  require_root
  packages=$(missing_packages)
  [ -z "$packages" ] || die "missing Debian packages: apt-get install $(xargs <<<"$packages")"
  for program in "$tools"/{etcd,containerd,containerd-shim-runc-v2,ctr} \
    "$bin"/{kube-apiserver,kube-controller-manager,kube-scheduler,kubelet,kubectl}; do
    [ -x "$program" ] || die "$program is missing: run $HERE/build.sh tools ${version#v}"
  done
  ! (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null ||
    die "something listens on 127.0.0.1:$PORT already: choose another port with CLUSTER_PORT"
}

make_keys() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -subj /CN=cluster-ca \
    -keyout "$PKI/ca.key" -out "$PKI/ca.crt" 2>/dev/null
  openssl ecparam -name prime256v1 -genkey -noout -out "$PKI/service-account.key"
  key_pair apiserver kube-apiserver "" \
    "IP:127.0.0.1,IP:$CONTROL_IP,IP:$SERVICE_IP,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc"
  kubeconfig admin admin system:masters "https://127.0.0.1:$PORT"
  kubeconfig controller-manager system:kube-controller-manager
  kubeconfig scheduler system:kube-scheduler
}

# The control plane has a network namespace of its own, with a bridge for the nodes and the address of the service "kubernetes", on
# which the API server itself listens. So pods reach it without kube-proxy.
make_control_network() {
  hold control --net
  inside control ip link set lo up
  inside control ip address add "$SERVICE_IP/32" dev lo
  inside control ip address add "$DNS_IP/32" dev lo
  inside control ip link add nodes type bridge
  inside control ip address add "$CONTROL_IP/24" dev nodes
  inside control ip link set nodes up
  inside control sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
}

# The additional options of each component for --for-load.
api_server_for_load=() scheduler_for_load=() controller_manager_for_load=()

prepare_for_load() {
  local user
  {
    printf '%s\n' 'apiVersion: audit.k8s.io/v1' 'kind: Policy' 'omitStages: [RequestReceived]' 'rules:' '- level: Metadata' '  users:'
    for user in ${load_users//,/ }; do echo "  - $user"; done
    echo '- level: None'
  } >"$RUN/audit-policy.yaml"
  api_server_for_load=(--disable-admission-plugins=TaintNodesByCondition --audit-policy-file="$RUN/audit-policy.yaml" --audit-log-path="$RUN/logs/audit.jsonl" --audit-log-mode=batch --audit-log-batch-max-wait=1s)
  cat >"$RUN/scheduler.yaml" <<YAML
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
leaderElection: {leaderElect: false}
clientConnection: {kubeconfig: "$RUN/scheduler.kubeconfig", qps: 10000, burst: 10000}
YAML
  # its profile is for everybody: it listens only on the loopback of the control plane's own network
  scheduler_for_load=(--config="$RUN/scheduler.yaml" --authorization-always-allow-paths=/healthz,/readyz,/livez,/debug/pprof/profile)
  controller_manager_for_load=(--kube-api-qps=10000 --kube-api-burst=10000 "--controllers=*,-node-lifecycle-controller")
}

start_control_plane() {
  local gates_option=()
  [ -z "$gates" ] || gates_option=(--feature-gates="$gates")
  mkdir -p "$PKI" "$RUN"/{logs,pids,nodes,etcd}
  echo "$version" >"$RUN/version"
  echo "$more_gates" >"$RUN/more-gates"   # for the kubelets
  make_cgroup daemons
  make_keys
  make_control_network
  [ -z "$load_users" ] || prepare_for_load
  spawn_inside control etcd "$tools/etcd" --data-dir "$RUN/etcd" --unsafe-no-fsync \
    --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380
  spawn_inside control kube-apiserver "$bin/kube-apiserver" \
    --etcd-servers=http://127.0.0.1:2379 --bind-address=0.0.0.0 --secure-port=443 --advertise-address="$CONTROL_IP" \
    --service-cluster-ip-range=10.96.0.0/16 --allow-privileged \
    --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
    --client-ca-file="$PKI/ca.crt" --tls-cert-file="$PKI/apiserver.crt" --tls-private-key-file="$PKI/apiserver.key" \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$PKI/service-account.key" \
    --service-account-signing-key-file="$PKI/service-account.key" \
    --kubelet-preferred-address-types=InternalIP \
    --kubelet-client-certificate="$PKI/admin.crt" --kubelet-client-key="$PKI/admin.key" \
    ${apis:+--runtime-config="$apis"} "${gates_option[@]}" "${api_server_for_load[@]}"
  # from the host's loopback into the namespace, through a socket in the file system
  spawn_inside control api-inside socat "UNIX-LISTEN:$RUN/api.sock,fork" TCP:127.0.0.1:443
  spawn api-outside socat "TCP-LISTEN:$PORT,bind=127.0.0.1,reuseaddr,fork" "UNIX-CONNECT:$RUN/api.sock"
  wait_for 90 kube-apiserver "API server ready" kubectl get --raw /readyz
  spawn_inside control kube-controller-manager "$bin/kube-controller-manager" \
    --kubeconfig="$RUN/controller-manager.kubeconfig" --bind-address=127.0.0.1 --leader-elect=false \
    --use-service-account-credentials --root-ca-file="$PKI/ca.crt" \
    --service-account-private-key-file="$PKI/service-account.key" \
    --flex-volume-plugin-dir="$RUN/volume-plugins" "${gates_option[@]}" "${controller_manager_for_load[@]}"
  spawn_inside control kube-scheduler "$bin/kube-scheduler" \
    --kubeconfig="$RUN/scheduler.kubeconfig" --bind-address=127.0.0.1 --leader-elect=false "${gates_option[@]}" \
    "${scheduler_for_load[@]}"
}

control_plane_healthy() {
  local name
  for name in control etcd kube-apiserver kube-controller-manager kube-scheduler api-inside api-outside; do
    running "$name" || return 1
  done
  kubectl get --raw /readyz >/dev/null 2>&1
}

pods_possible() { kubectl get serviceaccount default >/dev/null 2>&1; }   # once the controller manager works

PATH=$bin:$PATH
running_version=$(cat "$RUN/version" 2>/dev/null || true)
if [ ! -e "$RUN" ]; then
  check_requirements
  "$HERE/images.sh"
  say "starting the control plane of Kubernetes $version"
  start_control_plane
elif [ "${running_version:-$version}" != "$version" ]; then
  die "Kubernetes $running_version is up: run $HERE/down.sh first"
elif [ "$(cat "$RUN/more-gates" 2>/dev/null)" != "$more_gates" ]; then
  die "Kubernetes $running_version is up with other feature gates: run $HERE/down.sh first"
elif ! control_plane_healthy; then
  die "an unhealthy control plane is running (its logs: $RUN/logs): run $HERE/down.sh first"
fi

for ((i = 1; i <= count; i++)); do
  [ -d "$RUN/nodes/node$i" ] || "$HERE/node.sh" "node$i"
  node_ready "node$i" || wait_for 60 "node$i-kubelet" "node$i ready" node_ready "node$i"
done
pods_possible || wait_for 60 kube-controller-manager "controller manager ready" pods_possible
say "Kubernetes $version is up with $(nodes | wc -l) node(s): export KUBECONFIG=$KUBECONFIG PATH=$bin:\$PATH"
