package com.intel.dra.gpu.sysfs.dmem;

import static com.intel.dra.gpu.sysfs.files.FakeSysfs.address;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.PciAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DmemAmountsTest {

  private static final String GOOD = "drm/0000:03:00.0/vram0 8514437120";

  @Test
  void theExampleOfTheKernelsDocumentation() {
    DmemAmounts capacity = DmemAmounts.parse(GOOD + "\ndrm/0000:03:00.0/stolen 67108864");

    assertThat(capacity.bytes()).isEqualTo(Map.of(address("0000:03:00.0"), 8514437120L));
    assertThat(capacity.problem()).isEmpty();
    assertThat(capacity.of(address("0000:03:00.0"))).hasValue(8514437120L);
    assertThat(capacity.of(address("0000:03:00.1"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n\n",
        "drm/0000:c6:00.0/vram 1073741824",
        "drm/vkms/vram0 5",
        "cma/reserved 268435456",
        "drm/0000:03:00.8/vram0 1",
        "drm/0000:03:00.0/vram0/x 1"
      })
  void regionsOfOthersAreNoProblem(String text) {
    assertThat(DmemAmounts.parse(text)).isEqualTo(DmemAmounts.NOTHING);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "drm/0000:b3:00.0/vram0                       | a number of bytes that a device can have",
        "drm/0000:b3:00.0/vram0 max                   | a number of bytes that a device can have",
        "drm/0000:b3:00.0/vram0 -5                    | a number of bytes that a device can have",
        "drm/0000:b3:00.0/vram0 1 2                   | a number of bytes that a device can have",
        "drm/0000:b3:00.0/vram0 999999999999999999    | a number of bytes that a device can have",
        "drm/0000:b3:00.0/vram0 99999999999999999999  | a number of bytes that a device can have",
        "drm/0000:b3:00.0/vram1 7                     | each region once",
        "drm/0000:b3:00.0/vram2 2251799813685247      | together no more bytes than a device can have",
        "what is this                                 | a region and a number of bytes"
      })
  void aLineThatMakesNoSenseIsNamedAndItsDeviceLeftOut(String line, String expected) {
    DmemAmounts capacity = DmemAmounts.parse("drm/0000:b3:00.0/vram1 7\n" + line + "\n" + GOOD);

    assertThat(capacity.bytes()).containsEntry(address("0000:03:00.0"), 8514437120L);
    assertThat(capacity.of(address("0000:b3:00.0")).isPresent()).isEqualTo(!line.contains("b3"));
    assertThat(capacity.problem().orElseThrow())
        .startsWith("line 2 says \"" + line.substring(0, Math.min(40, line.length())))
        .endsWith("expected " + expected);
  }

  @Test
  void ofManySuchLinesTheFirstIsNamedAndTheOthersAreCounted() {
    assertThat(DmemAmounts.parse("a\nb\n" + GOOD + "\nc").problem())
        .hasValue("line 1 says \"a\", expected a region and a number of bytes; 2 more such lines");
  }

  @Provide
  Arbitrary<Map<PciAddress, List<Long>>> devices() {
    return Arbitraries.maps(
            Arbitraries.integers().between(0, 255).map(bus -> new PciAddress(0, bus, 0, 0)),
            Arbitraries.longs().between(0, 1L << 40).list().ofMinSize(1).ofMaxSize(4))
        .ofMaxSize(8);
  }

  /** Whatever the order, and whatever lies between, each device has the sum of its regions. */
  @Property(tries = 300)
  void eachDeviceHasTheSumOfItsRegions(
      @ForAll("devices") Map<PciAddress, List<Long>> devices, @ForAll Random order) {
    var lines = new ArrayList<String>();
    var sums = new HashMap<PciAddress, Long>();
    devices.forEach(
        (device, regions) -> {
          IntStream.range(0, regions.size())
              .forEach(n -> lines.add("drm/%s/vram%d %d".formatted(device, n, regions.get(n))));
          lines.add("drm/%s/stolen 1".formatted(device));
          sums.put(device, regions.stream().mapToLong(Long::longValue).sum());
        });
    Collections.shuffle(lines, order);

    DmemAmounts capacity = DmemAmounts.parse(lines.stream().collect(Collectors.joining("\n")));

    assertThat(capacity.bytes()).isEqualTo(sums);
    assertThat(capacity.problem()).isEmpty();
  }

  @Property(tries = 300)
  void anyTextIsAnswered(@ForAll String text) {
    DmemAmounts capacity = DmemAmounts.parse(text + "\n" + GOOD);

    assertThat(capacity.bytes()).isEqualTo(Map.of(address("0000:03:00.0"), 8514437120L));
    capacity.problem().ifPresent(what -> assertThat(what).hasSizeLessThan(400));
  }
}
