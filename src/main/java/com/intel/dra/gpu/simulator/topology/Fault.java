package com.intel.dra.gpu.simulator.topology;

import com.intel.dra.gpu.simulator.fuse.Errno;
import java.time.Duration;

/** A fault of a simulated GPU: what its kernel does instead of what it should do. */
public sealed interface Fault {

  /**
   * A fault that concerns writes to the GPU's files.
   *
   * @see WriteFault#writes
   */
  sealed interface WriteFault extends Fault {
    /** The writes that the fault applies to. */
    FaultyWrites writes();
  }

  /** The write fails. */
  record Refuse(FaultyWrites writes, Errno errno) implements WriteFault {}

  /** The write succeeds and does nothing. */
  record Ignore(FaultyWrites writes) implements WriteFault {}

  /** The write is carried out, but takes {@code delay} longer. */
  record Slow(FaultyWrites writes, Duration delay) implements WriteFault {}

  /**
   * A VF never appears: it has neither a PCI function nor a virtfn link.
   *
   * @param vf from 1
   */
  record MissingVf(int vf) implements Fault {}

  /**
   * The driver does not start on a VF: the VF never gets DRM nodes.
   *
   * @param vf from 1
   */
  record VfWithoutDrm(int vf) implements Fault {}

  /** The DRM nodes of all VFs appear this long after sriov_numvfs was written. */
  record LateDrm(Duration delay) implements Fault {}

  /**
   * The GPU needs its firmware flashed, as xe reports it for discrete GPUs from BMG on.
   *
   * @param type how the GPU entered this state
   */
  record Survivability(Type type) implements Fault {

    /** Each type has the word that the kernel shows for it. */
    public enum Type {
      /** The driver starts without DRM nodes. */
      BOOT("Boot"),
      /** The DRM nodes remain. */
      RUNTIME("Runtime");

      private final String word;

      Type(String word) {
        this.word = word;
      }

      public String word() {
        return word;
      }
    }
  }

  /** The VFs stay after 0 is written to sriov_numvfs. */
  record StayingVfs() implements Fault {}
}
