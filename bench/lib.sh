# shellcheck shell=bash
# lib.sh: what the benchmarks share. Source it in the root of the checkout.
export CLUSTER_NAME=${CLUSTER_NAME:-gpu-bench} CLUSTER_PORT=${CLUSTER_PORT:-6445}   # beside a demo's and a test's
. e2e/cluster/lib.sh
. e2e/lib/jdk.sh
. e2e/lib/requirements.sh
. e2e/lib/driver.sh

RESULTS=target/bench

build_benchmarks() { # the driver, and the programs that measure it
  check_requirements
  mkdir -p "$RESULTS"
  build_driver
  local classpath=$RESULTS/classpath
  if [ ! -s "$classpath" ] || [ pom.xml -nt "$classpath" ]; then
    mvn -q -B dependency:build-classpath -Dmdep.includeScope=test "-Dmdep.outputFile=$PWD/$classpath"
  fi
  if [ ! -d target/test-classes ] || [ -n "$(find src/test/java -newer target/test-classes -name '*.java' -print -quit)" ]; then
    step "compiling the benchmarks"
    mvn -q -B test-compile
    touch target/test-classes
  fi
}

within=()   # a command that runs the next one, such as: inside control

bench_java() { # bench_java CLASS ARGUMENT...: a program of the package bench
  "${within[@]}" "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -Djava.util.logging.manager=org.jboss.logmanager.LogManager \
    -cp "target/test-classes:target/classes:$(cat "$RESULTS/classpath")" "com.intel.dra.gpu.bench.$1" "${@:2}"
}

# The command of the image's entry point, with the heap that the manifest's memory limit gives.
driver_java() { # driver_java LIMIT_MIB
  local options
  options=$(sed -n 's/^quarkus.jib.jvm-entrypoint=[^,]*,\(.*\),-jar,.*/\1/p' src/main/resources/application.properties)
  echo "$JAVA_HOME/bin/java ${options//,/ } -XX:MaxRAM=${1}m"
}

token_kubeconfig() { # token_kubeconfig ACCOUNT OUT SERVER: for a service account of the driver
  cat >"$2" <<YAML
apiVersion: v1
kind: Config
clusters: [{name: $CLUSTER, cluster: {server: "$3", certificate-authority: "$PKI/ca.crt"}}]
users: [{name: "$1", user: {token: "$(kubectl -n default create token "$1" --duration=8h)"}}]
contexts: [{name: $CLUSTER, context: {cluster: $CLUSTER, user: "$1"}}]
current-context: $CLUSTER
YAML
}
