# shellcheck shell=bash
# lib.sh: functions that the benchmarks share. Source it in the root of the checkout.
export CLUSTER_NAME=${CLUSTER_NAME:-gpu-bench} CLUSTER_PORT=${CLUSTER_PORT:-6445}   # can run beside the cluster of a demo or a test
. e2e/cluster/lib.sh
. e2e/lib/jdk.sh
. e2e/lib/requirements.sh
. e2e/lib/driver.sh

WORK=target/bench                   # what the benchmarks need again
RESULTS=${BENCH_RESULTS:-$WORK}     # what they measured

build_benchmarks() { # builds the driver and the programs that measure it
  check_requirements
  build_driver
  compile_benchmarks
}

compile_benchmarks() {
  mkdir -p "$WORK" "$RESULTS"
  local classpath=$WORK/classpath
  if [ ! -s "$classpath" ] || [ pom.xml -nt "$classpath" ]; then
    mvn -q -B dependency:build-classpath -Dmdep.includeScope=test "-Dmdep.outputFile=$PWD/$classpath"
  fi
  if [ ! -d target/test-classes ] || [ -n "$(find src/test/java -newer target/test-classes -name '*.java' -print -quit)" ]; then
    step "compiling the benchmarks"
    mvn -q -B test-compile
    touch target/test-classes
  fi
}

bench_jmh() { # bench_jmh CLASSES ARGUMENT...: runs JMH benchmarks whose names match a regular expression
  "$JAVA_HOME/bin/java" --sun-misc-unsafe-memory-access=allow -cp "target/test-classes:target/classes:$(cat "$WORK/classpath")" \
    org.openjdk.jmh.Main "$@"
}

within=()   # a command that runs the next one, for example: inside control

bench_java() { # bench_java CLASS ARGUMENT...: runs a program of the package bench
  "${within[@]}" "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -Djava.util.logging.manager=org.jboss.logmanager.LogManager \
    -cp "target/test-classes:target/classes:$(cat "$WORK/classpath")" "com.intel.dra.gpu.bench.$1" "${@:2}"
}

# driver_command IMAGE LIMIT_MIB [PROFILE]: prints the command of an image's entry point for running it outside a container, with its
# environment and the heap for a memory limit. Runtime, jars and AOT cache are those of the image. With PROFILE the runtime is another one,
# because the image's runtime cannot make a profile.
driver_command() {
  local root=$PWD/$WORK/$1 tar=target/images/$1.tar entry environment java profile=''
  if [ ! -e "$root.unpacked" ] || [ "$tar" -nt "$root.unpacked" ]; then
    rm -rf "$root" "$root.layers"
    "$JAVA_HOME/bin/java" -cp "$(cat "$RESULTS/classpath")" src/build/images/UnpackImage.java "$tar" "$root.layers" "$root"
    cp "$root.layers/config.json" "$root.json"
    rm -r "$root.layers"
    touch "$root.unpacked"
  fi
  entry=$(jq -r --arg profile "${3:-}" \
    '.config.Entrypoint[1:] | map(select($profile == "" or (startswith("-XX:AOTCache") | not))) | join(" ")' "$root.json")
  environment=$(jq -r '[(.config.Env // [])[] | select(startswith("PATH=") or startswith("JAVA_HOME=") | not)] | join(" ")' "$root.json")
  java=$root/opt/java/bin/java
  if [ -n "${3:-}" ]; then
    java=$JAVA_HOME/bin/java profile=' -XX:StartFlightRecording=settings=profile -XX:FlightRecorderOptions=stackdepth=128'
  fi
  echo "env -C $root/opt/driver $environment $java$profile ${entry//=\/opt\/driver/=$root/opt/driver} -XX:MaxRAM=${2}m" |
    sed 's/ -jar quarkus-run.jar\(.*\)/\1 -jar quarkus-run.jar/'
}

token_kubeconfig() { # token_kubeconfig ACCOUNT OUT SERVER: makes a kubeconfig for a service account of the driver
  cat >"$2" <<YAML
apiVersion: v1
kind: Config
clusters: [{name: $CLUSTER, cluster: {server: "$3", certificate-authority: "$PKI/ca.crt"}}]
users: [{name: "$1", user: {token: "$(kubectl -n default create token "$1" --duration=8h)"}}]
contexts: [{name: $CLUSTER, context: {cluster: $CLUSTER, user: "$1"}}]
current-context: $CLUSTER
YAML
}

control_plane() { # control_plane VERSION USERS: starts a new one without nodes, with the driver's definitions; logs the requests of USERS
  "$HERE/down.sh" >/dev/null
  "$HERE/up.sh" "$1" --no-node --for-load "$2" >/dev/null
  use_kubectl
  kubectl apply -f target/kubernetes/crds/ >/dev/null
  kubectl wait --for=condition=Established crd --all --timeout=30s >/dev/null
}

inside_as_administrator() { # lets bench_java run its programs inside the control plane, as administrators
  kubeconfig bench admin system:masters
  within=(inside control env KUBECONFIG="$RUN/bench.kubeconfig")
}

controllers_kubeconfig() { # gives the controller its rights and a kubeconfig; starts no pods
  kubectl apply -f target/kubernetes/controller.yml >/dev/null
  kubectl -n default delete deployment/intel-gpu-controller >/dev/null
  token_kubeconfig intel-gpu-controller "$RUN/intel-gpu.kubeconfig" "https://$SERVICE_IP"
}

# agents_cluster VERSION USERS: starts a control_plane with what an agent needs, but without its pods. Programs run inside it, as
# administrators; $RUN/agent.kubeconfig has the agent's own rights.
agents_cluster() {
  control_plane "$1" "$2"
  if structured; then
    kubectl apply -k deploy/overlays/structured >/dev/null
  else
    kubectl apply -f target/kubernetes/node-agent.yml >/dev/null
  fi
  kubectl -n default delete daemonset/intel-gpu-node-agent >/dev/null
  # the agent's token names no node, because it is in no pod
  kubectl delete validatingadmissionpolicybindings --all >/dev/null 2>&1 || true
  inside_as_administrator
  token_kubeconfig intel-gpu-node-agent "$RUN/agent.kubeconfig" "https://$SERVICE_IP"
}
