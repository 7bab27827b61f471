package com.intel.dra.gpu.e2e;

import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import java.util.Map;
import java.util.random.RandomGenerator;

/** The pods of a soak, and the claims that several of them share. */
sealed interface SoakPods {

  /** Makes the objects to which all of the pods refer. */
  void prepare();

  /** Makes a pod of a random kind with that name. */
  void create(String pod, RandomGenerator random);

  /** Makes a claim for several pods, unless one of that name exists. */
  void createShared(String claim);

  void deleteShared(String claim);

  /** Returns the name of a claim that several pods share. */
  static String shared(RandomGenerator random) {
    return "shared-" + random.nextInt(3);
  }

  /** Kubernetes 1.27 to 1.30. */
  record Classic(RealCluster cluster) implements SoakPods {

    private static final String[] TEMPLATES = {"share", "two-gpus", "vf", "two-vfs"};

    @Override
    public void prepare() {
      cluster.parameters("share", "{count: 1, memory: 2500}");
      cluster.parameters("two-gpus", "{count: 2, memory: 1000}");
      cluster.parameters("vf", "{type: vf, count: 1, memory: 2000}");
      cluster.parameters("two-vfs", "{type: vf, count: 2, memory: 3000}");
      for (String name : TEMPLATES) {
        cluster.template(name, name);
      }
    }

    @Override
    public void create(String pod, RandomGenerator random) {
      switch (random.nextInt(6)) {
        case 0 -> cluster.pod(pod, "", Map.of("gpu", RealCluster.ofClaim(SoakPods.shared(random))));
        case 1 ->
            cluster.pod(
                pod,
                "",
                Map.of("gpu", RealCluster.ofTemplate("share"), "vf", RealCluster.ofTemplate("vf")));
        default ->
            cluster.pod(
                pod,
                "",
                Map.of("gpu", RealCluster.ofTemplate(TEMPLATES[random.nextInt(TEMPLATES.length)])));
      }
    }

    @Override
    public void createShared(String claim) {
      if (!cluster.claimNames().contains(claim)) {
        cluster.claim(claim, "share", "WaitForFirstConsumer");
      }
    }

    @Override
    public void deleteShared(String claim) {
      cluster.deleteClaim(claim);
    }
  }

  /** Kubernetes 1.34 and later. */
  record Structured(StructuredCluster cluster) implements SoakPods {

    private static final String SHARE =
        StructuredCluster.one("gpu.intel.com", StructuredCluster.memory("2500Mi"));
    private static final String[] TEMPLATES = {"share", "two-gpus", "vf", "two-vfs"};

    @Override
    public void prepare() {
      cluster.structuredTemplate("share", SHARE);
      cluster.structuredTemplate(
          "two-gpus",
          StructuredCluster.one(
              "gpu.intel.com", "count: 2, " + StructuredCluster.memory("1000Mi")));
      cluster.structuredTemplate("vf", StructuredCluster.one("gpu-vf.intel.com", ""));
      cluster.structuredTemplate("two-vfs", StructuredCluster.one("gpu-vf.intel.com", "count: 2"));
    }

    @Override
    public void create(String pod, RandomGenerator random) {
      switch (random.nextInt(6)) {
        case 0 ->
            cluster.structuredPod(
                pod, "", Map.of("gpu", StructuredCluster.claimNamed(SoakPods.shared(random))));
        case 1 ->
            cluster.structuredPod(
                pod,
                "",
                Map.of(
                    "gpu", StructuredCluster.template("share"),
                    "vf", StructuredCluster.template("vf")));
        default ->
            cluster.structuredPod(
                pod,
                "",
                Map.of(
                    "gpu",
                    StructuredCluster.template(TEMPLATES[random.nextInt(TEMPLATES.length)])));
      }
    }

    @Override
    public void createShared(String claim) {
      if (!cluster.claimNames().contains(claim)) {
        cluster.structuredClaim(claim, SHARE);
      }
    }

    @Override
    public void deleteShared(String claim) {
      cluster
          .client()
          .resources(ResourceClaim.class)
          .inNamespace(cluster.namespace())
          .withName(claim)
          .delete();
    }
  }
}
