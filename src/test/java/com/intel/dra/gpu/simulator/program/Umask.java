package com.intel.dra.gpu.simulator.program;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;

/** Changes the umask of this process, which Java cannot do. */
final class Umask {

  private Umask() {}

  /** Sets the umask and returns the previous one. */
  @SuppressWarnings("restricted")
  static int set(int mask) {
    try {
      return (int)
          Linker.nativeLinker()
              .downcallHandle(
                  Linker.nativeLinker().defaultLookup().findOrThrow("umask"),
                  FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))
              .invokeExact(mask);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
