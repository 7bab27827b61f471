package com.intel.dra.gpu.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.bench.TrafficMeter.Bytes;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrafficMeterTest {

  /** As ss of iproute2 6.1 printed them, shortened. */
  private static final List<String> LINES =
      List.of(
          "ESTAB 0      0      10.0.0.2:40206 10.96.0.1:443   users:((\"java\",pid=14491,fd=200))"
              + " bbr rto:204 bytes_sent:5349 bytes_acked:5350 bytes_received:59836 segs_out:29",
          "ESTAB 0      12     10.0.0.2:40222 10.96.0.1:443   users:((\"java\",pid=14491,fd=203))"
              + " bbr rto:204 bytes_sent:1205 bytes_retrans:9 bytes_acked:1206 segs_out:15",
          "ESTAB 0      0      10.0.0.2:40236 10.96.0.1:443   users:((\"java\",pid=4491,fd=206))"
              + " bbr bytes_sent:887 bytes_acked:888 bytes_received:258759");

  @Test
  void theCountersOfTheConnectionsOfOneProcessAreRead() {
    assertThat(TrafficMeter.connections(LINES, 14_491))
        .isEqualTo(
            Map.of(
                "10.0.0.2:40206 10.96.0.1:443", new Bytes(5349, 59_836),
                "10.0.0.2:40222 10.96.0.1:443", new Bytes(1205, 0)));
  }

  @Test
  void aProcessWithoutConnectionsHasNone() {
    assertThat(TrafficMeter.connections(LINES, 449)).isEmpty();
  }
}
