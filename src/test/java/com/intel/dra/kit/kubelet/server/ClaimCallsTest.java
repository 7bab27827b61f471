package com.intel.dra.kit.kubelet.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.intel.dra.kit.kubelet.api.ClaimPreparer;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PluginApiVersion;
import com.intel.dra.kit.kubelet.api.PluginCallListener;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClaimCallsTest {

  private static final ClaimReference CLAIM = new ClaimReference("ns", "claim", "uid");

  private final List<String> heard = Collections.synchronizedList(new ArrayList<>());

  private final PluginCallListener listener =
      new PluginCallListener() {
        @Override
        public void prepareBegun() {
          heard.add("prepare begun");
        }

        @Override
        public void prepareAnswered(PluginApiVersion version, PrepareResult result, Duration took) {
          heard.add("prepare answered: " + result);
        }

        @Override
        public void unprepareBegun() {
          heard.add("unprepare begun");
        }

        @Override
        public void unprepareAnswered(
            PluginApiVersion version, UnprepareResult result, Duration took) {
          heard.add("unprepare answered: " + result);
        }
      };

  private final ClaimPreparer broken =
      new ClaimPreparer() {
        @Override
        public PrepareResult prepare(ClaimReference claim, Optional<String> resourceHandle) {
          throw new StackOverflowError();
        }

        @Override
        public UnprepareResult unprepare(ClaimReference claim) {
          throw new StackOverflowError();
        }
      };

  private final ClaimCalls calls =
      new ClaimCalls(broken, listener, new InstanceLock(Optional.empty(), Duration.ofSeconds(1)));

  @Test
  void aCallThatAnErrorBreaksOffIsNotUnderWayForEver() {
    assertThatThrownBy(
            () ->
                calls
                    .prepare(PluginApiVersion.V1, CLAIM, Optional.empty())
                    .await()
                    .atMost(Duration.ofSeconds(30)))
        .hasRootCauseInstanceOf(StackOverflowError.class);
    assertThatThrownBy(
            () ->
                calls.unprepare(PluginApiVersion.V1, CLAIM).await().atMost(Duration.ofSeconds(30)))
        .hasRootCauseInstanceOf(StackOverflowError.class);

    assertThat(heard)
        .containsExactly(
            "prepare begun",
            "prepare answered: Failed[message=interrupted by an Error]",
            "unprepare begun",
            "unprepare answered: Failed[message=interrupted by an Error]");
  }
}
