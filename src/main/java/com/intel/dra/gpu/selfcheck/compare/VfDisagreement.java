package com.intel.dra.gpu.selfcheck.compare;

import static com.intel.dra.gpu.selfcheck.compare.StatementSource.GAS;
import static com.intel.dra.gpu.selfcheck.compare.StatementSource.HARDWARE;
import static com.intel.dra.gpu.selfcheck.compare.StatementSource.VF_HOSTS;

import java.util.List;

/** A disagreement about VFs and the GPUs that have them. {@link VfComparison} finds them. */
public sealed interface VfDisagreement extends Disagreement {

  record HeldVfMissing(String object, String claim) implements VfDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          GAS,
          HARDWARE,
          "claim %s holds it, and it is not there or has no DRM card".formatted(claim),
          "it cannot be made: " + SEE_LOG + ", or " + DELETE_PODS);
    }
  }

  record HeldVfTooSmall(String object, String claim, int promisedMiB, long bytes)
      implements VfDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          GAS,
          HARDWARE,
          "claim %s was given %d MiB, and the kernel gave it %d bytes"
              .formatted(claim, promisedMiB, bytes),
          "somebody made another VF in its place; " + DELETE_PODS);
    }
  }

  record VfsWithoutHolder(String object, int numVfs) implements VfDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          HARDWARE,
          GAS,
          "it has %d VFs that are this driver's to remove, and no claim holds any"
              .formatted(numVfs),
          "they cannot be removed: " + SEE_LOG + " and the kernel's");
    }
  }

  record VfRecordWithoutVfs(String object) implements VfDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          VF_HOSTS,
          HARDWARE,
          "it is recorded as split, and has no VFs",
          "somebody removed them: the agent makes those again that claims hold, and drops the record if there are none: "
              + SEE_LOG);
    }
  }

  record VfsUnfinished(String object) implements VfDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          VF_HOSTS,
          HARDWARE,
          "making or removing its VFs was begun and has not ended",
          "the agent tries again: " + SEE_LOG + " and the kernel's");
    }
  }

  record QuotasLeft(String object, List<String> files) implements VfDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          HARDWARE,
          VF_HOSTS,
          "it has neither VFs nor a record, but not all of its files are as on a GPU that was never split: %s"
              .formatted(files),
          "if no administrator is at work on it, write 0 to the quotas and 1 to auto_provisioning");
    }
  }
}
