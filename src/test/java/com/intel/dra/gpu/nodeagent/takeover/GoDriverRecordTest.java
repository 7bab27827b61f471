package com.intel.dra.gpu.nodeagent.takeover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.intel.dra.gpu.nodeagent.takeover.GoDriverRecord.Device;
import com.intel.dra.gpu.nodeagent.takeover.GoDriverRecord.Read;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The texts have the members and the order that the Go driver's releases write. */
class GoDriverRecordTest {

  private static final String VERSIONED =
      """
      {"kind":"PreparedClaimsCheckpoint","apiVersion":"checkpoint.gpu.intel.com/v1","PreparedClaims":{\
      "uid-a":{"PreparedDevices":[{"AdminAccess":false,"KubeletpluginDevice":{"Requests":["gpu"],\
      "PoolName":"node1","DeviceName":"0000-03-00-0-0x56c0","CDIDeviceIDs":["intel.com/gpu=0000-03-00-0-0x56c0"],\
      "ShareID":null}}]},\
      "uid-m":{"PreparedDevices":[{"AdminAccess":true,"KubeletpluginDevice":{"Requests":["all"],\
      "PoolName":"node1","DeviceName":"0000-04-00-0-0xe20b","CDIDeviceIDs":["intel.com/gpu=0000-04-00-0-0xe20b",\
      "intel.com/gpu-mei=mei1"],"ShareID":null}}]},\
      "uid-n":{"PreparedDevices":null}}}""";

  private static final String UNVERSIONED =
      """
      {"uid-a":{"Err":null,"Devices":[{"Requests":["gpu"],"PoolName":"node1","DeviceName":"0000-03-00-0-0x56c0",\
      "CDIDeviceIDs":["intel.com/gpu=0000-03-00-0-0x56c0"]}]},"uid-n":{"Err":null,"Devices":null}}""";

  private static final String V06 =
      """
      {"uid-a":[{"request_names":["gpu"],"pool_name":"node1","device_name":"0000-03-00-0-0x56c0",\
      "cdi_device_ids":["intel.com/gpu=0000-03-00-0-0x56c0"]}],"uid-n":[]}""";

  private static final Device GPU = new Device("0000-03-00-0-0x56c0", false);

  private static Read read(String text) {
    return GoDriverRecord.read(text.getBytes(StandardCharsets.UTF_8), "node1");
  }

  private static Map<String, List<Device>> claims(String text) {
    return ((Read.Good) read(text)).record().claims();
  }

  @Test
  void theVersionedFormIsRead() {
    assertThat(claims(VERSIONED))
        .isEqualTo(
            Map.of(
                "uid-a",
                List.of(GPU),
                "uid-m",
                List.of(new Device("0000-04-00-0-0xe20b", true)),
                "uid-n",
                List.of()));
  }

  @ParameterizedTest
  @ValueSource(strings = {UNVERSIONED, V06})
  void theOlderFormsAreRead(String text) {
    assertThat(claims(text)).isEqualTo(Map.of("uid-a", List.of(GPU), "uid-n", List.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"kind\":\"PreparedClaimsCheckpoint\",\"apiVersion\":\"checkpoint.gpu.intel.com/v1\",\"PreparedClaims\":{}}"
      })
  void aRecordMayHaveNoClaims(String text) {
    assertThat(claims(text)).isEmpty();
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        arguments("", "it is empty"),
        arguments("\0\0\0", "it is not JSON"),
        arguments("[]", "it is not a JSON object"),
        arguments(VERSIONED.substring(0, VERSIONED.length() / 2), "it is not JSON"),
        arguments(VERSIONED + "}}", "it is not JSON"),
        arguments(
            "{\"u\":{\"Devices\":[]},\"u\":{\"Devices\":[]}}",
            "it is not JSON: Duplicate field 'u'"),
        arguments(
            VERSIONED.replace(".com/v1", ".com/v2"),
            "apiVersion is \"checkpoint.gpu.intel.com/v2\", and this agent reads checkpoint.gpu.intel.com/v1"),
        arguments(VERSIONED.replace("PreparedClaimsCheckpoint", "Other"), "kind is \"Other\""),
        arguments(
            VERSIONED.replace("\"kind\":\"PreparedClaimsCheckpoint\",", ""), "kind is missing"),
        arguments(
            VERSIONED.replace("\"PreparedClaims\":", "\"Claims\":"), "PreparedClaims is missing"),
        arguments(
            VERSIONED.replace("{\"PreparedDevices\":null}", "7"),
            "PreparedClaims.uid-n.PreparedDevices is missing, not a list"),
        arguments(
            VERSIONED.replace("\"AdminAccess\":false,", ""),
            "PreparedClaims.uid-a.PreparedDevices[0].AdminAccess is missing, not true or false"),
        arguments(
            VERSIONED.replace("KubeletpluginDevice", "Device"),
            "PreparedClaims.uid-a.PreparedDevices[0].KubeletpluginDevice.PoolName is missing"),
        arguments(
            VERSIONED.replace("0000-03-00-0-0x56c0", "card0"),
            "PreparedClaims.uid-a.PreparedDevices[0].KubeletpluginDevice.DeviceName is \"card0\", not a device's name such as"),
        arguments(
            UNVERSIONED.replace("node1", "node2"),
            "uid-a.Devices[0].PoolName is \"node2\", not this node's pool node1"),
        arguments(
            UNVERSIONED.replace("0000-03-00-0-0x56c0", ""), "uid-a.Devices[0].DeviceName is \"\""),
        arguments(
            UNVERSIONED.replace("\"Devices\":null", "\"Gpus\":[]"), "uid-n.Devices is missing"),
        arguments(V06.replace("device_name", "uid"), "uid-a[0].device_name is missing"),
        arguments(
            V06.replace("0000-03-00-0-0x56c0", "0000-03-00-0-0x56c0-vf0"),
            "uid-a[0].device_name is \"0000-03-00-0-0x56c0-vf0\""));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatIsNotUnderstoodIsRefusedAsAWholeWithItsField(String text, String why) {
    assertThat(read(text))
        .isInstanceOfSatisfying(
            Read.Refused.class, refused -> assertThat(refused.why()).startsWith(why));
  }

  @Test
  void aLongTextIsCutInTheMessage() {
    assertThat(read(UNVERSIONED.replace("node1", "x".repeat(100_000))))
        .isInstanceOfSatisfying(
            Read.Refused.class, refused -> assertThat(refused.why()).hasSizeLessThan(300));
  }

  /** What is left of the file after a crash of the node is refused, or all of it is there. */
  @Property
  void noDamageThrowsOrLosesAClaim(
      @ForAll long seed, @ForAll @IntRange(max = 900) int at, @ForAll boolean cut) {
    byte[] text = VERSIONED.getBytes(StandardCharsets.UTF_8);
    int position = at % text.length;
    byte[] damaged = cut ? java.util.Arrays.copyOf(text, position) : text.clone();
    if (!cut) {
      new Random(seed).nextBytes(damaged);
      System.arraycopy(text, 0, damaged, 0, position);
    }
    assertThat(GoDriverRecord.read(damaged, "node1")).isInstanceOf(Read.Refused.class);
  }
}
