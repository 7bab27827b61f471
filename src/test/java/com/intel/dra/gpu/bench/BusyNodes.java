package com.intel.dra.gpu.bench;

import com.intel.dra.gpu.allocation.DeviceRequest;
import com.intel.dra.gpu.allocation.DeviceSelector;
import com.intel.dra.gpu.device.DeviceType;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The common part of the benchmarks of decisions: how they are measured, and their data. The nodes
 * have 8 GPUs with 16 VFs each, of which 50 claims hold some, and a pod requests one VF.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public abstract class BusyNodes {

  protected static final int GPUS = 8;
  protected static final int VFS_PER_GPU = 16;
  protected static final int GPU_MIB = 14_248;
  protected static final int VF_MIB = 864;
  protected static final int CLAIMS = 50;

  @Param({"1", "16", "128"})
  public int nodes = 1;

  protected final List<DeviceRequest> requests =
      List.of(new DeviceRequest("asks", DeviceType.VF, 1, VF_MIB, new DeviceSelector(List.of())));
}
