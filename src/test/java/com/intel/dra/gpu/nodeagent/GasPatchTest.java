package com.intel.dra.gpu.nodeagent;

import static com.intel.dra.gpu.nodeagent.Fixtures.allocatable;
import static com.intel.dra.gpu.nodeagent.Fixtures.allocated;
import static com.intel.dra.gpu.nodeagent.Fixtures.allocation;
import static com.intel.dra.gpu.nodeagent.Fixtures.gas;
import static com.intel.dra.gpu.nodeagent.Fixtures.uid;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GasPatchTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void nothingIsWrittenWhenTheGasSaysItAlready() {
    var gas =
        gas(
            Map.of(uid(3), allocatable(3)),
            Map.of("claim", List.of(allocated(3))),
            Map.of("claim", allocation(3)),
            "Ready");

    assertThat(
            GasPatch.between(
                gas,
                fields(
                    Map.of(uid(3), allocatable(3)),
                    Map.of("claim", List.of(allocated(3))),
                    "Ready")))
        .isEmpty();
  }

  @Test
  void onlyWhatDiffersIsWrittenAndVanishedEntriesAreNull() throws Exception {
    var gas =
        gas(
            Map.of(uid(3), allocatable(3), uid(4), allocatable(4)),
            Map.of("gone", List.of(allocated(4)), "same", List.of(allocated(3))),
            Map.of("claim", allocation(3)),
            "Ready");

    var patch =
        GasPatch.between(
            gas,
            fields(
                Map.of(uid(3), allocatable(3), uid(5), allocatable(5)),
                Map.of("same", List.of(allocated(3))),
                "Ready"));

    assertThat(json(patch))
        .isEqualTo(
            JSON.readTree(
                """
                {"metadata": {"resourceVersion": "42"},
                 "spec": {
                   "allocatable": {
                     "0000:04:00.0-0x56c0": null,
                     "0000:05:00.0-0x56c0": {"maxvfs": 31, "memory": 16384, "model": "0x56c0",
                       "parentuid": "", "type": "gpu", "uid": "0000:05:00.0-0x56c0"}},
                   "prepared": {"gone": null},
                   "summary": {"gpus": 2, "vfs": 0, "claims": 2, "usedMiB": 8192, "totalMiB": 32768}}}
                """));
  }

  @Test
  void theNamesOfPreparedClaimsComeAndGoWithThem() throws Exception {
    var devices = List.of(allocated(3));
    var gas = gas(Map.of(), Map.of("gone", devices, "same", devices), Map.of(), "Ready");
    gas.setSpec(
        new GpuAllocationStateSpec(
                Map.of(),
                gas.getSpec().prepared(),
                Map.of("gone", "default/gone", "same", "default/same"),
                Map.of(),
                null)
            .summarised());
    var prepared =
        GasFields.Prepared.of(
            Map.of(
                "same", new PreparedClaim("default", "same", devices),
                "new", new PreparedClaim("other", "new", devices),
                "unnamed", new PreparedClaim("", "", devices)));

    var patch =
        json(
            GasPatch.between(
                gas,
                new GasFields(
                    Optional.of(Map.of()), Optional.of(prepared), Optional.empty(), "Ready")));

    assertThat(patch.at("/spec/preparedNames"))
        .isEqualTo(JSON.readTree("{\"gone\": null, \"new\": \"other/new\"}"));
  }

  @Test
  void anOlderAgentsGasHasNoNamesAndNobodyElsesTextIsOne() {
    var devices = List.of(allocated(3));
    var spec =
        new GpuAllocationStateSpec(
            Map.of(),
            Map.of("named", devices, "older", devices, "hostile", devices),
            Map.of("named", "default/claim", "hostile", "../../secrets", "unknown", "a/b"),
            Map.of(),
            null);

    assertThat(GasFields.Prepared.claims(spec))
        .isEqualTo(
            Map.of(
                "named", new PreparedClaim("default", "claim", devices),
                "older", new PreparedClaim("", "", devices),
                "hostile", new PreparedClaim("", "", devices)));
  }

  @Test
  void namesTakeNoMoreThanTheirPart() {
    var claims = new HashMap<String, PreparedClaim>();
    for (int i = 0; i < 3000; i++) {
      claims.put(
          "uid-%04d".formatted(i),
          new PreparedClaim("n".repeat(63), "c".repeat(253), List.of(allocated(3))));
    }

    var prepared = GasFields.Prepared.of(claims);

    assertThat(prepared.devices()).hasSize(3000);
    assertThat(prepared.names()).containsKey("uid-0000").doesNotContainKey("uid-2999");
    assertThat(Serialization.asJson(prepared.names()).length()).isBetween(200_000, 300_000);
  }

  @Test
  void whatADeviceSaysNoMoreIsRemoved() throws Exception {
    var before = new AllocatableDevice(31, true, 16_384, "0x56c0", "", "gpu", uid(3));
    var gas = gas(Map.of(uid(3), before), Map.of(), Map.of(), "Ready");

    var patch =
        json(GasPatch.between(gas, fields(Map.of(uid(3), allocatable(3)), Map.of(), "Ready")));

    JsonNode device = patch.at("/spec/allocatable").get(uid(3));
    assertThat(device.get("equalshares").isNull()).isTrue();
    assertThat(device.get("maxvfs").asInt()).isEqualTo(31);
  }

  @Test
  void aChangeOfStatusAloneTouchesNoDevices() throws Exception {
    var patch =
        GasPatch.between(
            gas(Map.of(uid(3), allocatable(3)), Map.of(), Map.of(), "NotReady"),
            fields(Map.of(uid(3), allocatable(3)), Map.of(), "Ready"));

    assertThat(json(patch))
        .isEqualTo(
            JSON.readTree("{\"metadata\":{\"resourceVersion\":\"42\"},\"status\":\"Ready\"}"));
  }

  @Test
  void aSummaryThatIsMissingOrNotThatOfTheRestIsMended() throws Exception {
    var gas = gas(Map.of(uid(3), allocatable(3)), Map.of(), Map.of(), "Ready");
    gas.setSpec(new GpuAllocationStateSpec(gas.getSpec().allocatable(), Map.of(), Map.of()));

    var patch = GasPatch.between(gas, fields(Map.of(uid(3), allocatable(3)), Map.of(), "Ready"));

    assertThat(json(patch).at("/spec"))
        .isEqualTo(
            JSON.readTree(
                """
                {"summary": {"gpus": 1, "vfs": 0, "claims": 0, "usedMiB": 0, "totalMiB": 16384}}
                """));
  }

  @Test
  void whatIsNotKnownYetIsLeftAsItIs() {
    var gas =
        gas(
            Map.of(uid(3), allocatable(3)),
            Map.of("claim", List.of(allocated(3))),
            Map.of(),
            "NotReady");

    assertThat(
            GasPatch.between(
                gas,
                new GasFields(Optional.empty(), Optional.empty(), Optional.empty(), "NotReady")))
        .isEmpty();
  }

  @Test
  void anEmptyGasGetsEverything() throws Exception {
    var gas = gas(Map.of(), Map.of(), Map.of(), "Ready");
    gas.setSpec(null);
    gas.setStatus(null);

    var patch =
        json(GasPatch.between(gas, fields(Map.of(uid(3), allocatable(3)), Map.of(), "Ready")));

    assertThat(patch.at("/status").asText()).isEqualTo("Ready");
    assertThat(patch.at("/spec/allocatable").size()).isEqualTo(1);
    assertThat(patch.at("/spec").has("resourceClaimAllocations")).isFalse();
  }

  private static GasFields fields(
      Map<String, com.intel.dra.gpu.api.AllocatableDevice> allocatable,
      Map<String, List<com.intel.dra.gpu.api.AllocatedDevice>> prepared,
      String status) {
    return new GasFields(
        Optional.of(allocatable),
        Optional.of(new GasFields.Prepared(prepared, Map.of())),
        Optional.empty(),
        status);
  }

  private static JsonNode json(Optional<String> patch) throws Exception {
    return JSON.readTree(patch.orElseThrow());
  }
}
