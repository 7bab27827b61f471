#!/usr/bin/env bash
# node.sh NAME [VERSION]: adds node NAME (node1, node2, ...) to the running cluster: containerd with CDI, and a kubelet of that
# Kubernetes version, by default the cluster's; it may be up to three minor versions older.
# The node has its own network namespace, and its own mount namespace with its own folders of NODE_FOLDERS. So the kubelet and
# containerd have their default paths, and do not disturb those of the host, if it has them.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
node=${1:?usage: node.sh NAME [VERSION]}
[[ $node =~ ^node[1-9][0-9]*$ && ${node#node} -le 100 ]] || die "a node's name is node1 to node100, not '$node'"
[ -e "$RUN/version" ] || die "no cluster is up: run $HERE/up.sh first"
[ ! -e "$RUN/nodes/$node" ] || die "$node is there already"
version=$(cat "$RUN/version")
PATH=$CACHE/bin/$version:$PATH
[ $# -lt 2 ] || version=$(version_of "$2")
bin=$CACHE/bin/$version tools=$CACHE/bin/tools minor=$(minor_of "$version")
[ -x "$bin/kubelet" ] || die "$bin/kubelet is missing: run $HERE/build.sh tools ${version#v}"
state=$RUN/nodes/$node gates=${KUBELET_GATES:-$(gates_of "$minor")} more_gates=$(cat "$RUN/more-gates")
gates+=${more_gates:+${gates:+,}$more_gates}

make_namespaces() {
  local folder
  mkdir -p "$state"
  # The node sees what the host mounts and unmounts (slave), the host does not see what the node mounts, and pods may mount for each
  # other (shared), which the kubelet's volumes need.
  hold "$node" --net --mount --propagation slave
  inside "$node" mount --no-mtab --make-rshared /
  for folder in "${NODE_FOLDERS[@]}"; do
    [ -d "$folder" ] || { mkdir -p "$folder"; touch "$folder/$MARKER"; }
    mkdir -p "$state$folder"
    inside "$node" mount --bind "$state$folder" "$folder"
    inside "$node" mount --make-private "$folder"
    inside "$node" mount --make-shared "$folder"
  done
}

# The kubelet sets these for the whole machine unless they have these values already, so it sees files with these values instead.
keep_kernel_settings() {
  local setting file
  for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
    kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
    file=$state/proc/${setting%=*}
    mkdir -p "${file%/*}"
    echo "${setting#*=}" >"$file"
    inside "$node" mount --bind "$file" "/proc/sys/${setting%=*}"
  done
}

connect() {
  inside control ip link add "$node" type veth peer name eth0 netns "$(pid_of "$node")"
  inside control ip link set "$node" master nodes up
  inside control ip route add "$(pod_subnet "$node")" via "$(node_ip "$node")" dev nodes onlink
  inside "$node" ip link set lo up
  inside "$node" ip address add "$(node_ip "$node")/24" dev eth0
  inside "$node" ip link set eth0 up
  inside "$node" ip route add default via "$CONTROL_IP"
  inside "$node" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
}

start_containerd() {
  mkdir -p "$state/cni"
  cat >"$state/cni/10-bridge.conflist" <<JSON
{"cniVersion": "1.0.0", "name": "pods", "plugins": [{
  "type": "bridge", "bridge": "pods", "isGateway": true,
  "ipam": {"type": "host-local", "ranges": [[{"subnet": "$(pod_subnet "$node")"}]], "routes": [{"dst": "0.0.0.0/0"}]}}]}
JSON
  cat >"$state/containerd.toml" <<TOML
version = 3
disabled_plugins = ["io.containerd.internal.v1.opt"]   # it would make /opt/containerd
[plugins.'io.containerd.nri.v1.nri']
  disable = true                                       # it would make /run/nri
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = "docker.io/lab/pause:1"
[plugins.'io.containerd.cri.v1.images'.registry]
  config_path = "$RUN/registries"                      # registry.sh writes there
[plugins.'io.containerd.cri.v1.runtime']
  restrict_oom_score_adj = true                        # root may lack CAP_SYS_RESOURCE, which a negative score needs
  netns_mounts_under_state_dir = true
[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = ["/usr/lib/cni"]
  conf_dir = "$state/cni"
TOML
  spawn_inside "$node" "$node-containerd" "$tools/containerd" -c "$state/containerd.toml"
  wait_for 30 "$node-containerd" "containerd of $node ready" inside "$node" ctr version
  "$HERE/load-image.sh" --node "$node" "$CACHE"/images/*.tar
}

start_kubelet() {
  cat >"$state/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: "$PKI/ca.crt"}}
authorization: {mode: Webhook}
cgroupDriver: cgroupfs
cgroupRoot: /$CLUSTER/$node
failSwapOn: false
resolvConf: ""
clusterDNS: [$DNS_IP]
volumePluginDir: /var/lib/kubelet/volume-plugins
imageGCHighThresholdPercent: 100      # a removed image could not be pulled again
evictionHard: {nodefs.available: 1Mi}
featureGates: {$(sed 's/=/: /g; s/,/, /g' <<<"$gates")}
YAML
  [ "$minor" -lt 31 ] || echo "failCgroupV1: false" >>"$state/kubelet.yaml"
  make_cgroup "$node"
  kubeconfig "$node" "system:node:$node" system:nodes
  spawn_inside "$node" "$node-kubelet" "$bin/kubelet" --config="$state/kubelet.yaml" --kubeconfig="$RUN/$node.kubeconfig" \
    --container-runtime-endpoint=unix:///run/containerd/containerd.sock \
    --hostname-override="$node" --node-ip="$(node_ip "$node")"
}

say "starting $node"
make_namespaces
keep_kernel_settings
connect
start_containerd
start_kubelet
wait_for 60 "$node-kubelet" "$node ready" node_ready "$node"
