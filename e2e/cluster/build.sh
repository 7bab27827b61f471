#!/usr/bin/env bash
# build.sh WHAT...: builds what is missing in the cache folder, from the Go module proxy. WHAT is
#   a Kubernetes version, for example 1.30.14: its four components and kubectl
#   tools: etcd, containerd, its runc shim and ctr
#   kubeadm@1.30.14: that version's kubeadm, to check the configurations of deploy/kubeadm
#   kwok:  simulated nodes, for kwok.sh
#   dra-test-driver: Kubernetes' own driver for tests, of 1.30.14, as a reference for benchmarks
#   helm:  for the tests of the chart, and kube-score, which judges what the chart renders
#   registry: for the tests of a release: crane, which serves a registry, oras, which attaches lists of
#     libraries to images, and cosign, which signs them
#   --background: what is named after it is built at low priority, until another call waits for it; call it in a session of its
#     own (setsid)
#   --quick: what is named after it is built without optimisation, in little more than half the time; enough for a few tests
set -euo pipefail
. "$(dirname "$0")/lib.sh"
ETCD=v3.6.16 CONTAINERD=v2.2.9 KWOK=v0.7.0 HELM=v3.19.5 KUBE_SCORE=v1.20.0 CRANE=v0.22.1 ORAS=v1.3.0 COSIGN=v2.6.5
export CGO_ENABLED=0 GOFLAGS="-mod=mod -buildvcs=false"
export GOCACHE=$CACHE/go-build GO_CACHE_LIMIT_MIB=6144   # a cache of its own, because use_go_cache empties it
export GOGC=${GOGC:-400}   # makes the compiler spend less time on garbage collection
[ $# -gt 0 ] || die "usage: build.sh [--quick] 1.30.14|tools|kwok|helm..."

build() { # build PROGRAM PACKAGE FLAG...: builds one program completely or not at all
  local program=$1 package=$2; shift 2
  [ ! -x "$program" ] || return 0
  SECONDS=0
  say "building ${program#"$CACHE/bin/"} ..."
  rm -f "$program.part"
  "${low[@]}" go build -trimpath "${quick[@]}" "$@" -o "$program.part" "$package"
  mv "$program.part" "$program"
  say "  built in $SECONDS s"
}

# Nearly all that a Kubernetes version leaves in Go's cache, 2 to 3 GB, is of no use for any other. So the cache is emptied when it is
# large, unless another build uses it now.
use_go_cache() {
  local used
  [ -z "${go_cache:-}" ] || exec {go_cache}>&-
  exec {go_cache}>"$GOCACHE.lock"
  used=$(du -sm "$GOCACHE" 2>/dev/null | cut -f1) || true
  if [ "${used:-0}" -gt "$GO_CACHE_LIMIT_MIB" ] && flock -n "$go_cache"; then go clean -cache; fi
  flock -s "$go_cache"
}

all_there() { # all_there FOLDER PROGRAM...
  local program dir=$1; shift
  for program; do [ -x "$dir/$program" ] || return 1; done
}

enter_module() { # enter_module NAME MODULE VERSION: changes to a folder with the module's own go.mod that also requires the module
  local info
  command -v go >/dev/null || die "Go is missing: install Go 1.24 or newer and put it in PATH"
  mkdir -p "$CACHE/src/$1"
  cd "$CACHE/src/$1"
  info=$(cd / && go mod download -json "$2@$3") || die "cannot download $2@$3: $(jq -r .Error <<<"$info")"
  # Kubernetes' staging modules are published as k8s.io/NAME v0.X.Y (their requires say v0.0.0; the replace decides).
  # A replace by any other folder has no meaning outside the module's repository.
  sed -E -e 's|^module .*|module wrapper|' -e '/^toolchain /d' \
    -e "s|=> \./staging/src/(k8s.io/[a-z-]+)|=> \1 v0${3#v1}|" -e '/=> \.\.?\//d' "$(jq -r .GoMod <<<"$info")" >go.mod
  echo "require $2 $3" >>go.mod
  install -m 644 "$(jq -r .Dir <<<"$info")/go.sum" go.sum 2>/dev/null || : >go.sum
}

build_tools() {
  local out=$CACHE/bin/tools
  mkdir -p "$out"
  all_there "$out" etcd || {
    enter_module etcd go.etcd.io/etcd/server/v3 "$ETCD"
    build "$out/etcd" go.etcd.io/etcd/server/v3 -ldflags "-s -w"
  }
  all_there "$out" containerd containerd-shim-runc-v2 ctr || {
    local module=github.com/containerd/containerd/v2 program
    enter_module containerd "$module" "$CONTAINERD"
    for program in containerd containerd-shim-runc-v2 ctr; do
      build "$out/$program" "$module/cmd/$program" -tags "no_btrfs no_devmapper no_zfs" \
        -ldflags "-s -w -X $module/version.Version=$CONTAINERD"
    done
  }
}

build_kwok() {
  local out=$CACHE/bin/tools
  mkdir -p "$out"
  all_there "$out" kwok || {
    enter_module kwok sigs.k8s.io/kwok "$KWOK"
    build "$out/kwok" sigs.k8s.io/kwok/cmd/kwok -ldflags "-s -w"
  }
}

build_test_driver() {
  local out=$CACHE/bin/tools version=v1.30.14
  mkdir -p "$out"
  all_there "$out" dra-test-driver || {
    enter_module "$version" k8s.io/kubernetes "$version"
    build "$out/dra-test-driver" k8s.io/kubernetes/test/e2e/dra/test-driver -ldflags "-s -w"
  }
}

build_helm() {
  local out=$CACHE/bin/tools module=helm.sh/helm/v3 of=helm.sh/helm/v3/internal/version minor
  mkdir -p "$out"
  all_there "$out" helm || {
    enter_module helm "$module" "$HELM"
    # the Kubernetes version that helm assumes if it cannot ask the cluster: that of the client library
    minor=$(go list -m -f '{{.Version}}' k8s.io/client-go | cut -d. -f2)
    build "$out/helm" "$module/cmd/helm" -ldflags "-s -w -X $of.version=$HELM \
      -X $module/pkg/chartutil.k8sVersionMajor=1 -X $module/pkg/chartutil.k8sVersionMinor=$minor \
      -X $module/pkg/lint/rules.k8sVersionMajor=1 -X $module/pkg/lint/rules.k8sVersionMinor=$minor"
  }
  all_there "$out" kube-score || {
    enter_module kube-score github.com/zegl/kube-score "$KUBE_SCORE"
    build "$out/kube-score" github.com/zegl/kube-score/cmd/kube-score -ldflags "-s -w"
  }
}

build_registry() { # of the registries to be had it has by far the fewest dependencies
  local out=$CACHE/bin/tools module=github.com/google/go-containerregistry
  mkdir -p "$out"
  all_there "$out" crane || {
    enter_module crane "$module" "$CRANE"
    build "$out/crane" "$module/cmd/crane" -ldflags "-s -w"
  }
  all_there "$out" oras || {
    enter_module oras oras.land/oras "$ORAS"
    build "$out/oras" oras.land/oras/cmd/oras -ldflags "-s -w"
  }
  all_there "$out" cosign || {
    enter_module cosign github.com/sigstore/cosign/v2 "$COSIGN"
    build "$out/cosign" github.com/sigstore/cosign/v2/cmd/cosign -ldflags "-s -w"
  }
}

build_kubeadm() { # build_kubeadm v1.30.14
  local out=$CACHE/bin/$1 of=k8s.io/component-base/version minor
  minor=$(minor_of "$1")
  mkdir -p "$out"
  ! all_there "$out" kubeadm || return 0
  use_go_cache
  enter_module "$1" k8s.io/kubernetes "$1"
  build "$out/kubeadm" k8s.io/kubernetes/cmd/kubeadm -ldflags \
    "-s -w -X $of.gitVersion=$1 -X $of.gitMajor=1 -X $of.gitMinor=$minor -X $of.gitTreeState=clean -X $of.gitCommit=module"
}

build_kubernetes() { # build_kubernetes v1.30.14
  local version=$1 out=$CACHE/bin/$1 program package flags='-s -w' minor
  local programs=(kube-apiserver kube-controller-manager kube-scheduler kubelet kubectl)
  minor=$(minor_of "$version")
  mkdir -p "$out"
  ! all_there "$out" "${programs[@]}" || return 0
  use_go_cache
  say "building Kubernetes $version, once: about 8 minutes on 2 idle cores"
  enter_module "$version" k8s.io/kubernetes "$version"
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    flags+=" -X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=$minor"
    flags+=" -X $package.gitTreeState=clean -X $package.gitCommit=module -X $package.buildDate=1970-01-01T00:00:00Z"
  done
  for program in "${programs[@]}"; do
    build "$out/$program" "k8s.io/kubernetes/cmd/$program" -ldflags "$flags"
  done
}

# Where the kernel shares processors among sessions, `nice` counts only inside the session, and this is for all of it.
set_priority_of_session() { echo "$2" 2>/dev/null >"/proc/$1/autogroup" || true; } # set_priority_of_session PROCESS NICENESS

# A call that waits for one at low priority would wait much longer than it needs.
hurry() { # hurry PROCESS
  set_priority_of_session "$1" 0
  renice -n 0 -g "$(ps -o pgid= -p "$1" | tr -d ' ')" >/dev/null 2>&1 || true
}

mkdir -p "$CACHE"
quick=() low=()
for what; do
  [ "$what" != --quick ] || { quick=(-gcflags="all=-N -l"); continue; }
  if [ "$what" = --background ]; then
    low=(nice)
    continue
  fi
  [[ $what != [0-9v]*.* ]] || what=$(version_of "$what") what=${what#v}
  # two runs that build the same would write the same files, so the second one waits, and finds everything built
  exec {lock}>>"$CACHE/$what.lock"
  if ! flock -n "$lock"; then
    [ ${#low[@]} -gt 0 ] || hurry "$(cat "$CACHE/$what.lock")"
    flock "$lock"
  fi
  echo $$ >"$CACHE/$what.lock"
  [ ${#low[@]} -eq 0 ] || set_priority_of_session self 10
  case $what in
    tools) build_tools ;;
    kwok) build_kwok ;;
    dra-test-driver) build_test_driver ;;
    helm) build_helm ;;
    registry) build_registry ;;
    kubeadm@*) version=$(version_of "${what#*@}"); build_kubeadm "$version" ;;
    *) build_kubernetes "v$what" ;;
  esac
  exec {lock}>&-
done
