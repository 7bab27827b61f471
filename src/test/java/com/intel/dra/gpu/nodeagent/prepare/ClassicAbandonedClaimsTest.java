package com.intel.dra.gpu.nodeagent.prepare;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.BOOT;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocated;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocation;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.nodeagent.app.AgentFixtures;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.gas.TestingGasInformer;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prepared claims that the kubelet never unprepares. */
@EnableKubernetesMockClient(crud = true)
class ClassicAbandonedClaimsTest {

  private static final Duration ALMOST = Duration.ofMinutes(10).minusMillis(1);

  @SuppressWarnings("NullAway.Init") // set by the extension
  KubernetesClient client;

  @TempDir Path root;

  private boolean answers = true;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private PreparedClaims prepared;
  private TestingGasInformer gas;
  private ClassicAbandonedClaims abandoned;

  @BeforeEach
  void prepareOneClaim() throws IOException {
    TestingConfig config = TestingConfig.below(root);
    prepared = PreparedClaims.open(root, BOOT);
    prepared.completeFrom(Map.of());
    prepared.put("uid-1", new PreparedClaim("default", "c", List.of(allocated(1))));
    gas = new TestingGasInformer(config);
    abandoned =
        new ClassicAbandonedClaims(
            prepared,
            gas,
            new ClassicClaims(client) {
              @Override
              boolean mayBeInUse(String uid, PreparedClaim claim) {
                if (!answers) {
                  throw new KubernetesClientException("connection refused");
                }
                try {
                  return super.mayBeInUse(uid, claim);
                } catch (KubernetesClientException e) {
                  // the mock does not name what is not there; GoneAtApiServerTest has real answers
                  if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                    return false;
                  }
                  throw e;
                }
              }
            },
            config,
            () -> now);
  }

  private void gasAllocates(Map<String, ClaimAllocation> allocations) {
    gas.gas = AgentFixtures.gas(Map.of(), Map.of(), allocations, "Ready");
  }

  private void passAndLook(Duration time) {
    now = now.plus(time);
    abandoned.forget();
  }

  /** Its UID, which the API server gives. */
  private String claimInApi(boolean isAllocated) {
    ResourceClaim claim =
        new ResourceClaimBuilder()
            .withNewMetadata()
            .withName("c")
            .withNamespace("default")
            .endMetadata()
            .withNewStatus()
            .endStatus()
            .build();
    if (isAllocated) {
      claim =
          new ResourceClaimBuilder(claim)
              .editStatus()
              .withNewAllocation()
              .withShareable(true)
              .endAllocation()
              .endStatus()
              .build();
    }
    return client.resource(claim).create().getMetadata().getUid();
  }

  @Test
  void aClaimThatIsGoneIsForgottenAfterTheTime() {
    gasAllocates(Map.of());
    abandoned.forget();
    passAndLook(ALMOST);
    assertThat(prepared.all()).containsKey("uid-1");

    passAndLook(Duration.ofMillis(1));
    assertThat(prepared.all()).isEmpty();
    assertThat(gas.signals).isEqualTo(1);
  }

  /** It was taken over from the GAS of an older agent, and the API server cannot be asked. */
  @Test
  void aClaimWithoutANameIsForgottenWhenTheGasDoesNotListIt() throws IOException {
    prepared.put("uid-1", new PreparedClaim("", "", List.of(allocated(1))));
    gasAllocates(Map.of());
    abandoned.forget();
    passAndLook(ALMOST);
    assertThat(prepared.all()).containsKey("uid-1");

    passAndLook(Duration.ofMillis(1));
    assertThat(prepared.all()).isEmpty();
  }

  @Test
  void aClaimThatIsAllocatedIsNeverForgotten() {
    gasAllocates(Map.of("uid-1", allocation(1)));
    abandoned.forget();
    passAndLook(Duration.ofDays(1));

    assertThat(prepared.all()).containsKey("uid-1");
  }

  @Test
  void theTimeBeginsAnewWhenTheAllocationComesBack() {
    gasAllocates(Map.of());
    abandoned.forget();
    gasAllocates(Map.of("uid-1", allocation(1)));
    passAndLook(ALMOST);
    gasAllocates(Map.of());
    passAndLook(ALMOST);
    passAndLook(ALMOST);

    assertThat(prepared.all()).containsKey("uid-1");
  }

  @Test
  void theTimeBeginsAnewWhenTheGasComesBack() {
    gasAllocates(Map.of());
    abandoned.forget();
    gas.gas = null;
    passAndLook(Duration.ofDays(1));
    gasAllocates(Map.of());
    passAndLook(Duration.ofDays(1));
    assertThat(prepared.all()).containsKey("uid-1");

    passAndLook(ALMOST.plusMillis(1));
    assertThat(prepared.all()).isEmpty();
  }

  @Test
  void aClaimThatTheApiServerCallsAllocatedStays() throws IOException {
    prepareAlso(claimInApi(true));
    gasAllocates(Map.of());
    abandoned.forget();
    passAndLook(Duration.ofDays(1));

    assertThat(prepared.all()).hasSize(1).doesNotContainKey("uid-1");
  }

  @Test
  void aDeallocatedClaimIsForgotten() throws IOException {
    prepareAlso(claimInApi(false));
    gasAllocates(Map.of());
    abandoned.forget();
    passAndLook(Duration.ofDays(1));

    assertThat(prepared.all()).isEmpty();
  }

  @Test
  void whileTheApiServerDoesNotAnswerNothingIsForgotten() {
    gasAllocates(Map.of());
    abandoned.forget();
    answers = false;
    passAndLook(Duration.ofDays(1));
    assertThat(prepared.all()).containsKey("uid-1");

    answers = true;
    passAndLook(Duration.ofDays(1)); // the time begins anew
    passAndLook(Duration.ofDays(1));
    assertThat(prepared.all()).isEmpty();
  }

  /** Of the same name as the one that is prepared already, which therefore is gone. */
  private void prepareAlso(String uid) throws IOException {
    prepared.put(uid, new PreparedClaim("default", "c", List.of(allocated(1))));
  }
}
