#!/usr/bin/env bash
# upgrade.sh VERSION [NODE...]: ends the control plane and starts that version of it on the same data, or does so with the kubelets of
# these nodes. Pods keep running. RUNTIME_CONFIG, FEATURE_GATES and KUBELET_GATES override what the version needs, as for up.sh.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
[ $# -gt 0 ] || die "usage: upgrade.sh VERSION [NODE...]"
version=$(version_of "$1"); shift
[ -e "$RUN/version" ] || die "no cluster is up: run $HERE/up.sh first"
bin=$CACHE/bin/$version minor=$(minor_of "$version") more_gates=$(cat "$RUN/more-gates")
for program in kube-apiserver kube-controller-manager kube-scheduler kubelet kubectl; do
  [ -x "$bin/$program" ] || die "$bin/$program is missing: run $HERE/build.sh ${version#v}"
done

with_more() { # with_more GATES: those, and what the cluster was started with
  echo "$1${more_gates:+${1:+,}$more_gates}"
}

replace() { # replace NAME OPTION...: ends the daemon and starts it again as the program of the new version, with these options in addition
  local name=$1 word old=() new=(); shift
  mapfile -d '' -t old <"$RUN/commands/$name"
  for word in "${old[@]}"; do
    case $word in
      --runtime-config=* | --feature-gates=*) ;;
      "$CACHE"/bin/v*) new+=("$bin/${word##*/}") ;;
      *) new+=("$word") ;;
    esac
  done
  ! running "$name" || kill "$(pid_of "$name")"
  while running "$name"; do sleep 0.1; done
  spawn "$name" "${new[@]}" "$@"
}

upgrade_control_plane() {
  local apis gates
  apis=${RUNTIME_CONFIG:-$(apis_of "$minor")}
  gates=$(with_more "${FEATURE_GATES:-$(gates_of "$minor")}")
  replace kube-apiserver ${apis:+--runtime-config="$apis"} ${gates:+--feature-gates="$gates"}
  echo "$version" >"$RUN/version"
  PATH=$bin:$PATH
  wait_for 90 kube-apiserver "API server ready" kubectl get --raw /readyz
  replace kube-controller-manager ${gates:+--feature-gates="$gates"}
  replace kube-scheduler ${gates:+--feature-gates="$gates"}
  say "the control plane is $version now"
}

upgrade_kubelet() { # upgrade_kubelet NODE
  local state=$RUN/nodes/$1 gates
  [ -d "$state" ] || die "there is no $1 here; there is: $(nodes | xargs)"
  gates=$(with_more "${KUBELET_GATES:-$(gates_of "$minor")}")
  sed -i "s/^featureGates: .*/featureGates: {$(sed 's/=/: /g; s/,/, /g' <<<"$gates")}/; /^failCgroupV1:/d" "$state/kubelet.yaml"
  [ "$minor" -lt 31 ] || echo "failCgroupV1: false" >>"$state/kubelet.yaml"
  replace "$1-kubelet"
  wait_for 60 "$1-kubelet" "$1 ready" has_version "$1"
  say "the kubelet of $1 is $version now"
}

has_version() { # has_version NODE: whether its kubelet has said that it is ready and of the new version
  [ "$(kubectl get node "$1" -o jsonpath='{.status.nodeInfo.kubeletVersion}')" = "$version" ] && node_ready "$1"
}

use_kubectl
if [ $# -eq 0 ]; then upgrade_control_plane; else for node; do upgrade_kubelet "$node"; done; fi
