package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.SoftAssertions.assertSoftly;

import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The driver's service accounts have the rights that they need, and no others. */
class PermissionsIT {

  @RegisterExtension final RealCluster cluster = new RealCluster();

  /**
   * Service account, verb, group (- is core), resource, namespace (* is all), and whether it is
   * permitted.
   */
  private static final String ANSWERS =
      """
      intel-gpu-controller | patch  | resource.k8s.io   | resourceclaims        | *         | yes
      intel-gpu-controller | update | resource.k8s.io   | resourceclaims        | *         | no
      intel-gpu-controller | update | resource.k8s.io   | resourceclaims/status | *         | yes
      intel-gpu-controller | patch  | gpu.dra.intel.com | gpuallocationstates   | default   | yes
      intel-gpu-controller | create | -                 | events                | *         | yes
      intel-gpu-controller | watch  | coordination.k8s.io | leases              | default   | yes
      intel-gpu-controller | update | coordination.k8s.io | leases              | default   | no
      intel-gpu-controller | watch  | coordination.k8s.io | leases              | elsewhere | no
      intel-gpu-controller | patch  | gpu.dra.intel.com | gpuallocationstates   | elsewhere | no
      intel-gpu-controller | delete | gpu.dra.intel.com | gpuallocationstates   | default   | no
      intel-gpu-controller | delete | resource.k8s.io   | resourceclaims        | *         | no
      intel-gpu-controller | update | gpu.dra.intel.com | gpuclaimparameters    | *         | no
      intel-gpu-controller | create | -                 | pods                  | default   | no
      intel-gpu-controller | delete | -                 | pods                  | *         | no
      intel-gpu-controller | get    | -                 | secrets               | default   | no
      intel-gpu-controller | get    | -                 | configmaps            | default   | no
      intel-gpu-controller | list   | -                 | nodes                 | *         | no
      intel-gpu-controller | *      | *                 | *                     | *         | no
      intel-gpu-node-agent | patch  | gpu.dra.intel.com | gpuallocationstates   | default   | yes
      intel-gpu-node-agent | get    | -                 | nodes                 | *         | yes
      intel-gpu-node-agent | update | coordination.k8s.io | leases              | default   | yes
      intel-gpu-node-agent | list   | coordination.k8s.io | leases              | default   | no
      intel-gpu-node-agent | update | coordination.k8s.io | leases              | elsewhere | no
      intel-gpu-node-agent | create | -                 | events                | default   | yes
      intel-gpu-node-agent | update | -                 | events                | default   | no
      intel-gpu-node-agent | get    | -                 | events                | default   | no
      intel-gpu-node-agent | update | resource.k8s.io   | resourceclaims        | *         | no
      intel-gpu-node-agent | patch  | resource.k8s.io   | resourceclaims        | default   | no
      intel-gpu-node-agent | update | resource.k8s.io   | resourceclaims/status | *         | no
      intel-gpu-node-agent | list   | resource.k8s.io   | resourceclaims        | *         | no
      intel-gpu-node-agent | patch  | gpu.dra.intel.com | gpuallocationstates   | elsewhere | no
      intel-gpu-node-agent | delete | gpu.dra.intel.com | gpuallocationstates   | default   | no
      intel-gpu-node-agent | list   | -                 | nodes                 | *         | no
      intel-gpu-node-agent | patch  | -                 | nodes                 | *         | no
      intel-gpu-node-agent | list   | -                 | pods                  | default   | no
      intel-gpu-node-agent | get    | -                 | secrets               | default   | no
      intel-gpu-node-agent | *      | *                 | *                     | *         | no
      """;

  @Test
  void theyMayDoWhatTheyNeedAndNothingBeyond() {
    assertSoftly(
        softly ->
            ANSWERS
                .lines()
                .forEach(
                    line -> {
                      String[] row = line.strip().split("\\s*\\|\\s*");
                      softly
                          .assertThat(may(row[0], row[1], row[2], row[3], row[4]) ? "yes" : "no")
                          .as(line)
                          .isEqualTo(row[5]);
                    }));
  }

  private boolean may(String account, String verb, String group, String resource, String where) {
    String[] parts = resource.split("/", 2);
    var review =
        new SubjectAccessReviewBuilder()
            .withNewSpec()
            .withUser("system:serviceaccount:" + RealCluster.DRIVER_NAMESPACE + ":" + account)
            .withNewResourceAttributes()
            .withVerb(verb)
            .withGroup(group.equals("-") ? "" : group)
            .withResource(parts[0])
            .withSubresource(parts.length == 2 ? parts[1] : "")
            .withNamespace(where.equals("*") ? "" : where)
            .endResourceAttributes()
            .endSpec()
            .build();
    return cluster
        .client()
        .authorization()
        .v1()
        .subjectAccessReview()
        .create(review)
        .getStatus()
        .getAllowed();
  }

  @Test
  void neitherIsClusterAdmin() {
    assertThat(cluster.client().rbac().clusterRoleBindings().list().getItems())
        .filteredOn(
            binding ->
                binding.getSubjects().stream()
                    .anyMatch(subject -> subject.getName().startsWith("intel-gpu-")))
        .hasSize(2)
        .extracting(binding -> binding.getRoleRef().getName())
        .containsExactlyInAnyOrder("intel-gpu-controller", "intel-gpu-node-agent");
  }
}
