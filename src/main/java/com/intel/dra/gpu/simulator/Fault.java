package com.intel.dra.gpu.simulator;

import com.intel.dra.gpu.simulator.fuse.Errno;
import java.time.Duration;

/** What the kernel of a GPU does instead of what it should. */
public sealed interface Fault {

  /**
   * Something about writes.
   *
   * @see WriteFault#writes
   */
  sealed interface WriteFault extends Fault {
    /** To which writes it happens. */
    Writes writes();
  }

  /** The write fails. */
  record Refuse(Writes writes, Errno errno) implements WriteFault {}

  /** The write succeeds and does nothing. */
  record Ignore(Writes writes) implements WriteFault {}

  /** The write takes that much longer, and then does what it should. */
  record Slow(Writes writes, Duration delay) implements WriteFault {}

  /**
   * A VF never appears: it has neither a PCI function nor a virtfn link.
   *
   * @param vf from 1
   */
  record MissingVf(int vf) implements Fault {}

  /**
   * The driver does not come up on a VF: it never gets DRM nodes.
   *
   * @param vf from 1
   */
  record VfWithoutDrm(int vf) implements Fault {}

  /** The DRM nodes of all VFs appear that long after sriov_numvfs was written. */
  record LateDrm(Duration delay) implements Fault {}

  /**
   * The GPU needs its firmware flashed, as xe says it of discrete GPUs from BMG on.
   *
   * @param type how it got there
   */
  record Survivability(Type type) implements Fault {

    /** With the word that the kernel has for it. */
    public enum Type {
      /** The driver comes up without DRM nodes. */
      BOOT("Boot"),
      /** The DRM nodes stay. */
      RUNTIME("Runtime");

      private final String word;

      Type(String word) {
        this.word = word;
      }

      String word() {
        return word;
      }
    }
  }

  /** After 0 is written to sriov_numvfs the VFs stay. */
  record StayingVfs() implements Fault {}
}
