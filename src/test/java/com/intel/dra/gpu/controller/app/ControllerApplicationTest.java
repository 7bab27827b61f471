package com.intel.dra.gpu.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.intel.dra.gpu.logs.WiredLogFilter;
import com.intel.dra.gpu.metrics.Application;
import com.intel.dra.gpu.metrics.CatalogueAssert;
import com.intel.dra.gpu.metrics.Exposition;
import io.fabric8.kubernetes.api.model.APIGroupBuilder;
import io.fabric8.kubernetes.api.model.APIResourceListBuilder;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.test.kubernetes.client.KubernetesServer;
import io.quarkus.test.kubernetes.client.KubernetesTestServer;
import io.quarkus.test.kubernetes.client.WithKubernetesTestServer;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The controller as Quarkus builds and starts it, in a cluster where the scheduler allocates. */
@QuarkusTest
@TestProfile(ControllerApplicationTest.ControllerProfile.class)
@WithKubernetesTestServer(crud = false)
@SuppressWarnings("NullAway.Init") // injected
class ControllerApplicationTest {

  public static class ControllerProfile implements QuarkusTestProfile {
    @Override
    public String getConfigProfile() {
      return "controller,test";
    }

    /** Uses any free port, because another program on the machine may use the default port. */
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("quarkus.management.test-port", "0");
    }
  }

  @KubernetesTestServer KubernetesServer apiServer;

  @TestHTTPResource(value = "/", management = true)
  URI management;

  @Test
  void whereTheSchedulerAllocatesItIsReadyAndWatchesNothing() {
    assertThat(get("/q/health/ready").statusCode()).as("not known yet").isEqualTo(503);
    assertThat(get("/q/health/live").statusCode()).isEqualTo(200);

    apiServer
        .expect()
        .get()
        .withPath("/apis/resource.k8s.io")
        .andReturn(
            200,
            new APIGroupBuilder()
                .withName("resource.k8s.io")
                .addNewVersion("resource.k8s.io/v1", "v1")
                .build())
        .always();
    apiServer
        .expect()
        .get()
        .withPath("/apis/resource.k8s.io/v1")
        .andReturn(
            200,
            new APIResourceListBuilder()
                .addNewResource()
                .withName("resourceclaims")
                .endResource()
                .addNewResource()
                .withName("resourceslices")
                .endResource()
                .build())
        .always();

    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(get("/q/health/ready").statusCode()).isEqualTo(200));
    assertThat(get("/q/health/ready").asString())
        .contains("structured: the controller is not needed");
    var metrics = new Exposition(get("/q/metrics").asString());
    CatalogueAssert.assertShowsTheCatalogue(metrics, Application.CONTROLLER);
    assertThat(metrics.value("gpu_dra_mode", "mode=\"structured\"")).isEqualTo(1);
    assertThat(metrics.text()).as("figures by the names of objects").doesNotContain("operator_sdk");
  }

  @Test
  void namesInObjectsCannotForgeALineOfTheLog() {
    WiredLogFilter.assertThatNoLineCanBeForged();
  }

  @Test
  void threadsInheritNoFieldsOfTheLog() throws InterruptedException {
    WiredLogFilter.assertThatFieldsAreOfOneThread();
  }

  private Response get(String path) {
    return RestAssured.given().baseUri(management.resolve("/").toString()).get(path);
  }
}
