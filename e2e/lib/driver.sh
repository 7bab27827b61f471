# shellcheck shell=bash
# driver.sh: builds the driver and installs it, with the simulator, into the running cluster.
# Source it after requirements.sh, in the root of the checkout. ${topology}: a file to use instead of the overlay's.

IMAGES=(target/images/controller.tar target/images/node-agent.tar target/images/simulator.tar)
BUILT=(target/kubernetes/controller.yml target/kubernetes/node-agent.yml "${IMAGES[@]}")

driver_is_built() { # whether all files exist and none is older than a source
  local file
  for file in "${BUILT[@]}"; do
    [ -e "$file" ] && [ -z "$(find pom.xml src/main src/build -newer "$file" -type f -print -quit)" ] || return 1
  done
}

build_driver() {
  local file
  [ -e pom.xml ] || die "there is no pom.xml in $PWD: run ./demo or ./test in a full checkout"
  driver_is_built && return
  step "building the driver with Maven (JDK: $JAVA_HOME)"
  mvn -q -B -DskipTests package || die "Maven could not build the driver: see its message above"
  for file in "${BUILT[@]}"; do [ -e "$file" ] || die "Maven built the driver without $file"; done
}

images_replaced=''

load_images() { # loads into each node the images that are newer than those it has
  local node tar last
  for node in $(nodes); do
    last=$RUN/nodes/$node/images-loaded
    for tar in "${IMAGES[@]}"; do
      [ "$tar" -nt "$last" ] || continue
      "$HERE/load-image.sh" --node "$node" "$tar"
      [ ! -e "$last" ] || images_replaced=yes
    done
    touch "$last"
  done
}

workloads() { kubectl get deployments,daemonsets -o name; }

structured() { # whether the cluster's scheduler allocates devices itself
  [ "$(minor_of "$(<"$RUN/version")")" -ge 31 ]
}

spelled() { # spelled FILE...: prints the files as the cluster's version of Kubernetes spells them
  deploy/spell "$(<"$RUN/version")" "$@"
}

keeps_agents_to_their_nodes() { # whether the cluster serves what deploy/components/node-restriction needs
  kubectl get --raw /apis/admissionregistration.k8s.io/v1 |
    jq -e 'any(.resources[]; .name == "validatingadmissionpolicies")' >/dev/null
}

# apply_overlay NAME: with the component of the Kubernetes version, if there is one, and the requested topology from the beginning, so that
# no pod starts with another
apply_overlay() {
  local overlay=deploy/overlays/$1 component
  component=deploy/components/kubernetes-1.$(minor_of "$(<"$RUN/version")")
  if [ -d "$component" ] || [ -n "${topology:-}" ]; then
    mkdir -p "target/overlay-$CLUSTER"   # tests on other clusters run at the same time
    {
      printf '%s\n' 'apiVersion: kustomize.config.k8s.io/v1beta1' 'kind: Kustomization' "resources: [../../$overlay]"
      [ ! -d "$component" ] || echo "components: [../../$component]"
      if [ -n "${topology:-}" ]; then
        cp "$topology" "target/overlay-$CLUSTER/topology.yaml"
        echo 'configMapGenerator:'
        echo '  - {name: intel-gpu-simulator-topology, namespace: default, behavior: replace, files: [topology.yaml], options: {disableNameSuffixHash: true}}'
      fi
    } >"target/overlay-$CLUSTER/kustomization.yaml"
    overlay=target/overlay-$CLUSTER
  fi
  kubectl apply -k "$overlay"
}

apply_driver() {
  kubectl apply -f target/kubernetes/crds/
  kubectl wait --for=condition=Established crd --all --timeout=30s >/dev/null
  if structured; then
    apply_overlay structured-simulator
  else
    spelled deploy/resource-class.yaml | kubectl apply -f -
    apply_overlay simulator   # target/kubernetes with simulated GPUs
    ! keeps_agents_to_their_nodes || kubectl apply -f deploy/components/node-restriction/policy.yaml
  fi
}

install_driver() {
  local running changes
  mapfile -t running < <(workloads)
  changes=$(apply_driver)
  say "$changes"
  # running pods react neither to a new image of the same name nor to a new topology
  if [ ${#running[@]} -gt 0 ] && { [ -n "$images_replaced" ] || grep -q '^configmap/.* configured' <<<"$changes"; }; then
    kubectl rollout restart "${running[@]}" >/dev/null
  fi
}

gpus_ready() { [ "$(kubectl get gas --no-headers | grep -cw Ready)" -ge "$(nodes | wc -l)" ]; }

wait_for_driver() {
  local workload start=$SECONDS
  for workload in $(workloads); do
    kubectl rollout status "$workload" --timeout=180s
  done
  until gpus_ready 2>/dev/null; do
    [ $((SECONDS - start)) -lt 240 ] || die "not every node's GpuAllocationState is Ready after 240 s: see kubectl get gas"
    sleep 0.5
  done
}
