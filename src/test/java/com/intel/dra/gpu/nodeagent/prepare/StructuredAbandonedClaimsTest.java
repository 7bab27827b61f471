package com.intel.dra.gpu.nodeagent.prepare;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.BOOT;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocated;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.ClaimName;
import com.intel.dra.gpu.nodeagent.app.NoApiServer;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.gas.TestingGasInformer;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.takeover.TestingListedClaims;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prepared claims of structured DRA that the kubelet never unprepares. */
class StructuredAbandonedClaimsTest {

  private static final Duration PATIENCE = Duration.ofMinutes(10);

  @TempDir Path root;

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private Optional<ResourceClaim> claim = Optional.empty();
  private boolean answers = true;
  private final TestingListedClaims listed = new TestingListedClaims();
  private PreparedClaims prepared;
  private StructuredAbandonedClaims abandoned;

  @BeforeEach
  void prepareOneClaim() throws IOException {
    TestingConfig config = TestingConfig.below(root);
    prepared = PreparedClaims.open(root, BOOT);
    prepared.completeFrom(Map.of());
    prepared.put("uid-1", new PreparedClaim("default", "c", List.of(allocated(1))));
    abandoned =
        new StructuredAbandonedClaims(
            prepared,
            new StructuredClaims(NoApiServer.CLIENT) {
              @Override
              public Optional<ResourceClaim> read(String namespace, String name) {
                if (!answers) {
                  throw new KubernetesClientException("connection refused");
                }
                return claim;
              }
            },
            listed,
            new TestingGasInformer(config),
            config,
            () -> now);
  }

  @Test
  void thereIsAlwaysAPauseBetweenTwoLooks() {
    assertThat(StructuredAbandonedClaims.pause(PATIENCE)).isEqualTo(PATIENCE.dividedBy(2));
    assertThat(StructuredAbandonedClaims.pause(Duration.ZERO)).isPositive();
  }

  private void passAndLook(Duration time) {
    now = now.plus(time);
    abandoned.forget();
  }

  private static Optional<ResourceClaim> claim(String uid, String node) {
    return Optional.of(
        new ResourceClaimBuilder()
            .withNewMetadata()
            .withUid(uid)
            .endMetadata()
            .withNewStatus()
            .withNewAllocation()
            .withNewDevices()
            .addNewResult()
            .withRequest("gpu")
            .withDriver("gpu.intel.com")
            .withPool(node)
            .withDevice("0000-01-00-0-0x56c0")
            .endResult()
            .endDevices()
            .endAllocation()
            .endStatus()
            .build());
  }

  @Test
  void aClaimThatIsGoneIsForgottenAfterAWhile() {
    passAndLook(Duration.ZERO);
    passAndLook(PATIENCE.minusMillis(1));
    assertThat(prepared.all()).containsOnlyKeys("uid-1");

    passAndLook(Duration.ofMillis(1));
    assertThat(prepared.all()).isEmpty();
  }

  @Test
  void aClaimThatIsAllocatedHereStays() {
    claim = claim("uid-1", "node1");

    passAndLook(Duration.ZERO);
    passAndLook(PATIENCE.multipliedBy(2));

    assertThat(prepared.all()).containsOnlyKeys("uid-1");
  }

  @Test
  void anotherClaimOfItsNameOrAnAllocationElsewhereDoesNotCount() {
    claim = claim("uid-2", "node1");
    passAndLook(Duration.ZERO);
    claim = claim("uid-1", "node2");

    passAndLook(PATIENCE);

    assertThat(prepared.all()).isEmpty();
  }

  @Test
  void anAllocationInBetweenAndAnApiServerThatIsAwayStartTheTimeAnew() {
    passAndLook(Duration.ZERO);
    claim = claim("uid-1", "node1");
    passAndLook(Duration.ofMinutes(5));
    claim = Optional.empty();
    passAndLook(Duration.ofMinutes(5));
    answers = false;
    passAndLook(PATIENCE);
    answers = true;
    passAndLook(Duration.ofMinutes(5));

    assertThat(prepared.all()).containsOnlyKeys("uid-1");
  }

  @Test
  void aClaimThatNobodyCanNameStays() throws IOException {
    prepared.put("uid-2", new PreparedClaim("", "", List.of(allocated(2))));

    listed.refusal = Optional.of(new KubernetesClientException("forbidden"));
    passAndLook(Duration.ZERO);
    passAndLook(PATIENCE);

    assertThat(prepared.all()).containsOnlyKeys("uid-2");
  }

  @Test
  void aClaimWithoutANameOfWhichTheListSaysThatItIsGoneIsForgottenAfterAWhile() throws IOException {
    prepared.put("uid-2", new PreparedClaim("", "", List.of(allocated(2))));
    claim = claim("uid-1", "node1");

    passAndLook(Duration.ZERO);
    passAndLook(PATIENCE.minusMillis(1));
    assertThat(prepared.all()).containsOnlyKeys("uid-1", "uid-2");

    passAndLook(Duration.ofMillis(1));
    assertThat(prepared.all()).containsOnlyKeys("uid-1");
    assertThat(prepared.deleted()).isEmpty();
  }

  @Test
  void aClaimWithoutANameGetsThatOfTheListAndIsAskedForByItFromThenOn() throws IOException {
    prepared.put("uid-2", new PreparedClaim("", "", List.of(allocated(2))));
    ResourceClaim inTheList = claim("uid-2", "node1").orElseThrow();
    inTheList.getMetadata().setNamespace("default");
    inTheList.getMetadata().setName("c2");
    listed.all = () -> List.of(inTheList);
    claim = Optional.of(inTheList);

    passAndLook(Duration.ZERO);
    listed.refusal = Optional.of(new KubernetesClientException("asked again"));
    passAndLook(PATIENCE);
    assertThat(prepared.all()).containsOnlyKeys("uid-2");
    assertThat(prepared.find("uid-2").orElseThrow().claimName())
        .contains(new ClaimName("default", "c2"));

    claim = Optional.empty();
    passAndLook(Duration.ZERO);
    passAndLook(PATIENCE);
    assertThat(prepared.all()).isEmpty();
  }
}
