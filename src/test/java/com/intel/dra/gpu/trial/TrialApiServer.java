package com.intel.dra.gpu.trial;

import com.intel.dra.gpu.api.DeviceClassParameters;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuClaimParameters;
import com.intel.dra.kit.served.ServedVersion;
import io.fabric8.kubernetes.api.model.APIGroupBuilder;
import io.fabric8.kubernetes.api.model.APIResourceListBuilder;
import io.fabric8.kubernetes.api.model.GroupVersionForDiscoveryBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectRulesReviewBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.VersionInfo;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.ServerRequest;
import io.fabric8.mockwebserver.ServerResponse;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Function;

/** Stores objects as an API server does, without validation; HTTPS on loopback. */
final class TrialApiServer implements AutoCloseable {

  /** Long, because a build may share its machine with others. */
  private static final int CONNECTION_TIMEOUT_MILLIS = 120_000;

  private final MockWebServer web = new MockWebServer();
  private final KubernetesMockServer server;

  TrialApiServer() {
    this(StrategicMergeDispatcher::new);
  }

  private TrialApiServer(
      Function<Map<ServerRequest, Queue<ServerResponse>>, StrategicMergeDispatcher> dispatcher) {
    var answers = new HashMap<ServerRequest, Queue<ServerResponse>>();
    server = new KubernetesMockServer(new Context(), web, answers, dispatcher.apply(answers), true);
    server.init(InetAddress.getLoopbackAddress(), 0);
    // the operator SDK asks whether it may elect a leader
    server
        .expect()
        .post()
        .withPath("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews")
        .andReturn(
            HttpURLConnection.HTTP_CREATED,
            new SelfSubjectRulesReviewBuilder()
                .withNewMetadata()
                .endMetadata()
                .withNewStatus()
                .withIncomplete(false)
                .addNewResourceRule()
                .withApiGroups("*")
                .withResources("*")
                .withVerbs("*")
                .endResourceRule()
                .endStatus()
                .build())
        .always();
    for (Class<? extends CustomResource<?, ?>> kind :
        List.of(GpuAllocationState.class, GpuClaimParameters.class, DeviceClassParameters.class)) {
      server.expectCustomResource(CustomResourceDefinitionContext.fromCustomResourceType(kind));
    }
  }

  /** One that a node agent with structured DRA can ask. */
  static TrialApiServer ofNode() {
    var server = new TrialApiServer(NodeDispatcher::new);
    server.answer(
        "/version",
        new VersionInfo.Builder()
            .withMajor("1")
            .withMinor("37")
            .withGitVersion("v1.37.2")
            .withBuildDate(new Date(0))
            .build());
    var v1 =
        new GroupVersionForDiscoveryBuilder()
            .withGroupVersion(ServedVersion.V1.apiVersion())
            .withVersion(ServedVersion.V1.label())
            .build();
    server.answer(
        "/apis/" + ServedVersion.GROUP,
        new APIGroupBuilder()
            .withName(ServedVersion.GROUP)
            .withVersions(v1)
            .withPreferredVersion(v1)
            .build());
    server.answer(
        "/apis/" + ServedVersion.V1.apiVersion(),
        new APIResourceListBuilder()
            .withGroupVersion(ServedVersion.V1.apiVersion())
            .addNewResource()
            .withName("resourceclaims")
            .withNamespaced(true)
            .withKind("ResourceClaim")
            .withVerbs("get", "list")
            .endResource()
            .addNewResource()
            .withName("resourceslices")
            .withNamespaced(false)
            .withKind("ResourceSlice")
            .withVerbs("get", "list")
            .endResource()
            .build());
    return server;
  }

  private void answer(String path, Object content) {
    server.expect().get().withPath(path).andReturn(HttpURLConnection.HTTP_OK, content).always();
  }

  KubernetesClient client() {
    return server.createClient(
        builder ->
            builder.editOrNewConfig().withConnectionTimeout(CONNECTION_TIMEOUT_MILLIS).endConfig());
  }

  /** Writes a kubeconfig with the server's address. */
  void writeKubeconfig(Path file) throws IOException {
    Files.writeString(
        file,
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: trial, cluster: {server: "https://127.0.0.1:%d", insecure-skip-tls-verify: true}}]
        users: [{name: trial, user: {token: trial}}]
        contexts: [{name: trial, context: {cluster: trial, user: trial}}]
        current-context: trial
        """
            .formatted(web.getPort()));
  }

  @Override
  public void close() {
    server.destroy();
  }
}
