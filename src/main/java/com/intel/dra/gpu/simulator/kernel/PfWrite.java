package com.intel.dra.gpu.simulator.kernel;

import com.intel.dra.gpu.simulator.fuse.Answer;
import com.intel.dra.gpu.simulator.fuse.Errno;
import java.util.function.Consumer;

/** A write to a file of a GPU. The log receives what the write did, or why it was refused. */
record PfWrite(WritableFile file, String text, Consumer<String> log) {

  KernelPf pf() {
    return file.pf();
  }

  Answer done(String what) {
    log(what);
    return new Answer.Done("");
  }

  Answer refused(Errno errno, String why) {
    log("refused with " + errno + ": " + why);
    return new Answer.Refused(errno);
  }

  private void log(String what) {
    log.accept("%s: %s=%s: %s".formatted(pf().address(), file.path(), text.strip(), what));
  }
}
