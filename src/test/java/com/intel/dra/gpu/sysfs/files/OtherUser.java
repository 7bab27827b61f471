package com.intel.dra.gpu.sysfs.files;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/**
 * Runs code with the file permissions of an unprivileged user, even if the tests run as root, for
 * which no file is closed. Linux keeps this identity per thread.
 */
public final class OtherUser {

  private static final int NOBODY = 65534;

  private OtherUser() {}

  @SuppressWarnings("restricted")
  public static <T> T call(Callable<T> code) throws Exception {
    MethodHandle setfsuid =
        Linker.nativeLinker()
            .downcallHandle(
                Linker.nativeLinker().defaultLookup().findOrThrow("setfsuid"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    FutureTask<T> task =
        new FutureTask<>(
            () -> {
              try {
                int previous = (int) setfsuid.invokeExact(NOBODY);
                assert previous >= 0;
              } catch (Throwable e) {
                throw new IllegalStateException(e);
              }
              return code.call();
            });
    Thread thread = Thread.ofPlatform().start(task);
    T result = task.get();
    thread.join();
    return result;
  }
}
