#!/usr/bin/env bash
# test-on.sh VERSION[:GATES] TAGS REPORTS [JAVA-OPTION...]: starts a cluster of two nodes of that Kubernetes version with these feature
# gates, installs the driver, runs the test classes with matching tags, and ends the cluster. VERSION>NEXT: the tests upgrade the cluster
# to that next version. ./test calls it for several versions at
# once, each with a CLUSTER_NAME and a CLUSTER_PORT of its own. The driver and the test classes must be built already; a missing
# Kubernetes version is built. ONLY: names of test classes, separated by commas; all classes by default.
# It adds a line about the time that it took to the file TIMES.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. e2e/cluster/lib.sh
. e2e/lib/jdk.sh
. e2e/lib/requirements.sh
. e2e/lib/driver.sh
use_jdk 25
export GOGC=400   # of Kubernetes' processes: memory is plenty, and the processors are busy
target=$1 tags=$2 reports=$3; shift 3
version=${target%%[:>]*} gates='' next=''
case $target in
  *:*) gates=${target#*:} ;;
  *">"*) next=${target#*>}; set -- "$@" "-Dupgrade.to=$next" ;;
esac

run_tests() { # run_tests JAVA-OPTION...
  local classes=${ONLY:-[A-Za-z0-9]+IT}
  "$JAVA_HOME/bin/java" @src/build/build.jvm @src/test/tests.jvm "$@" \
    -cp "target/test-classes:target/classes:$(<target/test-class-path)" org.junit.platform.console.ConsoleLauncher execute \
    --disable-banner --disable-ansi-colors --details=summary --include-engine=junit-jupiter \
    --scan-classpath=target/test-classes --include-classname="^.*\.(${classes//,/|})\$" \
    --include-tag="$tags" --reports-dir="$reports"
}

keep_logs() {
  kubectl logs -l app.kubernetes.io/name=intel-gpu-controller --prefix --tail=-1 >"$reports/controller.log" 2>&1 || true
  kubectl logs daemonset/intel-gpu-node-agent -c intel-gpu-node-agent --tail=-1 >"$reports/node-agent.log" 2>&1 || true
  kubectl get events -A >"$reports/events.log" || true
  echo "failed: see $reports"
}

trap '"$HERE/down.sh"' EXIT
trap 'exit 130' INT TERM
"$HERE/down.sh" >/dev/null
mkdir -p "$reports"
quick=()   # as ./test has it
[[ $tags != *core* && $tags != gates && -z $next ]] || quick=(--quick)
"$HERE/build.sh" tools "${quick[@]}" "$version" ${next:+"$next"} --quick helm
started=$SECONDS
"$HERE/up.sh" "$version" --nodes 2 ${gates:+--feature-gates "$gates"}
use_kubectl
up=$SECONDS
topology=e2e/topology.yaml
load_images
install_driver >/dev/null
wait_for_driver
ready=$SECONDS status=0
step "testing"
run_tests "$@" || { status=$?; keep_logs; }
tested=$SECONDS
trap - EXIT
"$HERE/down.sh" || status=1
printf '%s: cluster up %d s, driver ready %d s, tests %d s\n' \
  "$target" $((up - started)) $((ready - up)) $((tested - ready)) >>"${TIMES:-/dev/stdout}"
exit "$status"
