package com.intel.dra.gpu.selfcheck.look;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.selfcheck.app.SelfCheckMain;
import com.intel.dra.kit.client.AnsweringApiServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The requests to the API server, and how its answers are understood. */
class ApiServerProbeTest {

  private static final String GAS =
      "/apis/gpu.dra.intel.com/v1alpha/namespaces/default/gpuallocationstates/node1";
  private static final String ALL_V1 = "/apis/resource.k8s.io/v1/resourceclaims";
  private static final String ALL_V1ALPHA2 = "/apis/resource.k8s.io/v1alpha2/resourceclaims";
  private static final String SLICES = "/apis/resource.k8s.io/v1/resourceslices";
  private static final String GPU = "0000:b3:00.0-0x56c0";

  /** Bodies by path; any other path is forbidden. */
  private final Map<String, String> answers = new TreeMap<>();

  private AnsweringApiServer server;
  private KubernetesClient client;

  @BeforeEach
  void serve() throws IOException {
    System.setProperty("NODE_NAME", "node1");
    server = new AnsweringApiServer(this::answer);
    client = server.client();
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    System.clearProperty("NODE_NAME");
  }

  @Test
  void aGasThatIsNotThereIsSeenAsSuch() {
    answers.put(GAS, "404");
    assertThat(eye(DraMode.CLASSIC).gas()).isEqualTo(new Observed.Seen<>(Optional.empty()));

    answers.put(
        GAS,
        """
        {"apiVersion": "gpu.dra.intel.com/v1alpha", "kind": "GpuAllocationState", "metadata": {"name": "node1", "uid": "u"},
         "spec": {"prepared": {"claim-1": []}}, "status": "Ready"}
        """);
    assertThat(eye(DraMode.CLASSIC).gas().seen().flatMap(gas -> gas))
        .hasValueSatisfying(
            gas -> {
              assertThat(gas.ready()).isTrue();
              assertThat(gas.spec().prepared()).containsOnlyKeys("claim-1");
            });
  }

  @Test
  void whatMayNotBeReadIsNotSeen() {
    assertThat(eye(DraMode.CLASSIC).gas()).isInstanceOf(Observed.NotSeen.class);
    assertThat(eye(DraMode.STRUCTURED).slices()).isInstanceOf(Observed.NotSeen.class);
  }

  @Test
  void allClaimsArePagedThroughAndThoseOfThisNodeKept() {
    answers.put(ALL_V1ALPHA2, list("more", classic("uid-1", "one", "node1")));
    answers.put(
        ALL_V1ALPHA2 + "?more",
        list("", classic("uid-2", "two", "node2"), classic("uid-3", "three", "node1")));

    assertThat(claims(DraMode.CLASSIC, Map.of()))
        .isEqualTo(
            new NodeSnapshot.Claims(
                Map.of(
                    "uid-1", new NodeSnapshot.ClaimHere("default/one", Set.of(GPU), true),
                    "uid-3", new NodeSnapshot.ClaimHere("default/three", Set.of(GPU), true)),
                Set.of(),
                true));
  }

  @Test
  void whoMayNotListAsksForThePreparedClaimsByName() {
    answers.put(
        "/apis/resource.k8s.io/v1/namespaces/default/resourceclaims/one",
        structured("uid-1", "one"));
    answers.put("/apis/resource.k8s.io/v1/namespaces/default/resourceclaims/gone", "404");
    answers.put(
        "/apis/resource.k8s.io/v1/namespaces/default/resourceclaims/anew",
        structured("uid-of-the-next", "anew"));

    assertThat(
            claims(
                DraMode.STRUCTURED,
                Map.of(
                    "uid-1", prepared("one"),
                    "uid-2", prepared("gone"),
                    "uid-3", prepared("anew"),
                    "uid-4", new PreparedClaim("", "", List.of()))))
        .isEqualTo(
            new NodeSnapshot.Claims(
                Map.of("uid-1", new NodeSnapshot.ClaimHere("default/one", Set.of(GPU), true)),
                Set.of("uid-2", "uid-3"),
                false));
  }

  @Test
  void slicesOfTheNewestGenerationCountAndOlderOnesAreNamed() {
    answers.put(
        SLICES,
        list("", slice("old", 3, 1, "a"), slice("new-1", 4, 2, "b"), slice("new-2", 4, 2, "c")));

    assertThat(eye(DraMode.STRUCTURED).slices())
        .isEqualTo(
            new Observed.Seen<>(
                new NodeSnapshot.Slices(false, Set.of("b", "c"), 2, 2, List.of("old"))));
  }

  private NodeSnapshot.Claims claims(DraMode mode, Map<String, PreparedClaim> prepared) {
    return eye(mode).claims(prepared).seen().orElseThrow();
  }

  private ApiServerProbe eye(DraMode mode) {
    AgentConfig config = SelfCheckMain.config();
    return new ApiServerProbe(client, config, mode);
  }

  private static PreparedClaim prepared(String name) {
    return new PreparedClaim("default", name, List.of());
  }

  private static String list(String more, String... items) {
    return "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"metadata\": {\"continue\": \"%s\"}, \"items\": [%s]}"
        .formatted(more, String.join(", ", items));
  }

  private static String classic(String uid, String name, String node) {
    return """
    {"metadata": {"namespace": "default", "name": "%s", "uid": "%s"}, "spec": {"resourceClassName": "intel-gpu"},
     "status": {"driverName": "gpu.dra.intel.com", "allocation": {
       "availableOnNodes": {"nodeSelectorTerms": [{"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["%s"]}]}]},
       "resourceHandles": [{"driverName": "gpu.dra.intel.com",
         "data": "{\\"version\\":1,\\"devices\\":[{\\"memory\\":1,\\"parentuid\\":\\"\\",\\"profile\\":\\"\\",\\"type\\":\\"gpu\\",\\"uid\\":\\"%s\\"}]}"}]}}}
    """
        .formatted(name, uid, node, GPU);
  }

  private static String structured(String uid, String name) {
    return """
    {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim",
     "metadata": {"namespace": "default", "name": "%s", "uid": "%s"}, "spec": {},
     "status": {"allocation": {"devices": {"results": [
       {"request": "gpu", "driver": "gpu.intel.com", "pool": "node1", "device": "0000-b3-00-0-0x56c0"},
       {"request": "look", "driver": "gpu.intel.com", "pool": "node1", "device": "0000-b4-00-0-0x56c0-monitor", "adminAccess": true},
       {"request": "other", "driver": "gpu.example.com", "pool": "node1", "device": "x"}]}}}}
    """
        .formatted(name, uid);
  }

  private static String slice(String name, int generation, int count, String device) {
    return """
    {"metadata": {"name": "%s"}, "spec": {"driver": "gpu.intel.com", "nodeName": "node1",
     "pool": {"name": "node1", "generation": %d, "resourceSliceCount": %d}, "devices": [{"name": "%s"}]}}
    """
        .formatted(name, generation, count, device);
  }

  /** The API server's answer for an object that does not exist. */
  private static String refusal(String path) {
    String[] parts = path.split("/");
    return """
    {"apiVersion": "v1", "kind": "Status", "status": "Failure", "reason": "NotFound",
     "details": {"kind": "%s", "name": "%s"}}
    """
        .formatted(parts[parts.length - 2], parts[parts.length - 1]);
  }

  private AnsweringApiServer.Answer answer(AnsweringApiServer.Request request) {
    URI uri = URI.create(request.uri());
    boolean nextPage =
        Optional.ofNullable(uri.getQuery())
            .filter(query -> query.contains("continue=more"))
            .isPresent();
    String body = answers.getOrDefault(uri.getPath() + (nextPage ? "?more" : ""), "403");
    return body.length() == 3
        ? new AnsweringApiServer.Answer(Integer.parseInt(body), refusal(uri.getPath()))
        : new AnsweringApiServer.Answer(200, body);
  }
}
