package com.intel.dra.gpu.simulator.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.simulator.fuse.Errno;
import com.intel.dra.gpu.simulator.topology.Fault;
import com.intel.dra.gpu.simulator.topology.FaultyWrites;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FaultSwitchTest {

  private final FaultSwitch faults = new FaultSwitch(new Random(1));

  @Test
  void aFaultStrikesAsManyWritesOfAHundredAsItSays() {
    faults.set(List.of(refuse(20, FaultyWrites.ALL)));

    assertThat(refusedOf(10_000)).isBetween(1_800L, 2_200L);
  }

  @Test
  void onlyTheWritesThatItStruckAreCounted() {
    faults.set(List.of(refuse(20, 7)));

    assertThat(refusedOf(10_000)).isEqualTo(7);
  }

  @Test
  void withoutAPercentageItStrikesEach() {
    faults.set(
        List.of(
            new Fault.Refuse(
                new FaultyWrites("sriov_numvfs", Optional.empty(), FaultyWrites.ALL), Errno.EIO)));

    assertThat(refusedOf(100)).isEqualTo(100);
  }

  private static Fault refuse(int percent, int times) {
    return new Fault.Refuse(
        new FaultyWrites("sriov_numvfs", Optional.empty(), percent, times), Errno.EIO);
  }

  private long refusedOf(int writes) {
    return IntStream.range(0, writes)
        .filter(i -> faults.onWrite("device/sriov_numvfs", "4\n").instead().isPresent())
        .count();
  }
}
