package com.intel.dra.gpu.structured;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Claims as the API servers of several releases return them. */
class ClaimResultsTest {

  private static List<ClaimResults.Result> results(String requests, String results) {
    var claim =
        Serialization.unmarshal(
            """
            {"kind": "ResourceClaim", "metadata": {"name": "c", "namespace": "a", "uid": "u"},
             "spec": {"devices": {"requests": [%s]}},
             "status": {"allocation": {"devices": {"results": [%s]}}}}
            """
                .formatted(requests, results),
            ResourceClaim.class);
    return assertThat(ClaimResults.of(claim, "gpu.intel.com", "node1"))
        .asInstanceOf(type(ClaimResults.Given.class))
        .actual()
        .results();
  }

  private static String result(String request, String more) {
    return "{\"request\": \"%s\", \"driver\": \"gpu.intel.com\", \"pool\": \"node1\", \"device\": \"d\"%s}"
        .formatted(request, more);
  }

  @Test
  void in131OnlyTheRequestSaysThatTheAccessIsAdministrative() {
    List<ClaimResults.Result> results =
        results(
            """
            {"name": "look", "deviceClassName": "monitor", "allocationMode": "All", "adminAccess": true},
            {"name": "use", "deviceClassName": "gpu", "allocationMode": "ExactCount", "count": 1, "adminAccess": false}
            """,
            result("look", "") + "," + result("use", ""));

    assertThat(results).extracting(ClaimResults.Result::request).containsExactly("look", "use");
    assertThat(results).extracting(ClaimResults.Result::adminAccess).containsExactly(true, false);
  }

  @Test
  void from132OnTheResultSaysIt() {
    assertThat(
            results(
                "{\"name\": \"look\", \"deviceClassName\": \"monitor\", \"adminAccess\": true}",
                result("look", ", \"adminAccess\": true")))
        .extracting(ClaimResults.Result::adminAccess)
        .containsExactly(true);
  }

  @Test
  void aRequestOfV1IsNotTakenForOneOf131() {
    assertThat(
            results(
                """
                {"name": "use", "exactly": {"deviceClassName": "gpu", "adminAccess": false}},
                {"name": "other", "exactly": {"deviceClassName": "gpu", "adminAccess": true}}
                """,
                result("use", "")))
        .extracting(ClaimResults.Result::adminAccess)
        .containsExactly(false);
  }
}
