package com.intel.dra.gpu.e2e;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Pods with GPUs in either mode of DRA, so that one scenario of a fault serves both modes. */
sealed interface GpuPods {

  RealCluster cluster();

  /** Makes a pod on that node with a part of a GPU of its own. */
  void podWithPart(String name, String node);

  /** Makes a pod on that node with the node's whole Flex 170. */
  void podWithWholeFlex(String name, String node);

  /** Makes a pod with a VF of its own. */
  void podWithVf(String name, String where);

  /** Makes a claim for a VF that pods use one after another. */
  void claimOfVf(String name);

  /** Makes a pod that uses such a claim. */
  void podOfClaim(String name, String claim, String where);

  /** Makes the objects that these pods refer to. */
  void prepare();

  List<? extends HasMetadata> claims();

  /** The folder of the agent's state files on each node. */
  Path stateFolder();

  /** Returns the UID of the claim that was made for the pod. */
  default String claimUid(Pod pod) {
    return claims().stream()
        .filter(
            claim ->
                claim.getMetadata().getOwnerReferences().stream()
                    .anyMatch(owner -> owner.getUid().equals(pod.getMetadata().getUid())))
        .map(claim -> claim.getMetadata().getUid())
        .findFirst()
        .orElseThrow(() -> new AssertionError("no claim of " + pod.getMetadata().getName()));
  }

  static String on(String node) {
    return "nodeSelector: {kubernetes.io/hostname: %s}".formatted(node);
  }

  /** Kubernetes 1.27 to 1.30. */
  record Classic(RealCluster cluster) implements GpuPods {

    @Override
    public void prepare() {
      cluster.parameters("part", "{count: 1, memory: 1000}");
      cluster.parameters("whole", "{count: 1, memory: %d}".formatted(RealCluster.FLEX_170_MIB));
      cluster.parameters("vf", "{type: vf, count: 1, memory: 2000}");
      List.of("part", "whole", "vf").forEach(name -> cluster.template(name, name));
    }

    @Override
    public void podWithPart(String name, String node) {
      cluster.pod(name, on(node), Map.of("gpu", RealCluster.ofTemplate("part")));
    }

    @Override
    public void podWithWholeFlex(String name, String node) {
      cluster.pod(name, on(node), Map.of("gpu", RealCluster.ofTemplate("whole")));
    }

    @Override
    public void podWithVf(String name, String where) {
      cluster.pod(name, where, Map.of("gpu", RealCluster.ofTemplate("vf")));
    }

    @Override
    public void claimOfVf(String name) {
      cluster.claim(name, "vf", "WaitForFirstConsumer");
    }

    @Override
    public void podOfClaim(String name, String claim, String where) {
      cluster.pod(name, where, Map.of("gpu", RealCluster.ofClaim(claim)));
    }

    @Override
    public List<? extends HasMetadata> claims() {
      return cluster.claims();
    }

    @Override
    public Path stateFolder() {
      return Path.of("/var/lib/kubelet/plugins/gpu.dra.intel.com");
    }
  }

  /** Kubernetes 1.34 and later. */
  record Structured(StructuredCluster cluster) implements GpuPods {

    private static final String VF = StructuredCluster.one("gpu-vf.intel.com", "");

    @Override
    public void prepare() {
      cluster.structuredTemplate(
          "part", StructuredCluster.one("gpu.intel.com", StructuredCluster.memory("1000Mi")));
      cluster.structuredTemplate(
          "whole",
          StructuredCluster.one(
              "gpu.intel.com", StructuredCluster.memory(RealCluster.FLEX_170_MIB + "Mi")));
      cluster.structuredTemplate("vf", VF);
    }

    @Override
    public void podWithPart(String name, String node) {
      cluster.structuredPod(name, on(node), Map.of("gpu", StructuredCluster.template("part")));
    }

    @Override
    public void podWithWholeFlex(String name, String node) {
      cluster.structuredPod(name, on(node), Map.of("gpu", StructuredCluster.template("whole")));
    }

    @Override
    public void podWithVf(String name, String where) {
      cluster.structuredPod(name, where, Map.of("gpu", StructuredCluster.template("vf")));
    }

    @Override
    public void claimOfVf(String name) {
      cluster.structuredClaim(name, VF);
    }

    @Override
    public void podOfClaim(String name, String claim, String where) {
      cluster.structuredPod(name, where, Map.of("gpu", StructuredCluster.claimNamed(claim)));
    }

    @Override
    public List<? extends HasMetadata> claims() {
      return cluster.structuredClaims();
    }

    @Override
    public Path stateFolder() {
      return Path.of("/var/lib/kubelet/plugins/gpu.intel.com");
    }
  }
}
