package com.intel.dra.gpu.selfcheck.compare;

import static com.intel.dra.gpu.selfcheck.compare.StatementSource.CDI;
import static com.intel.dra.gpu.selfcheck.compare.StatementSource.GAS;
import static com.intel.dra.gpu.selfcheck.compare.StatementSource.HARDWARE;
import static com.intel.dra.gpu.selfcheck.compare.StatementSource.SLICES;

import java.nio.file.Path;
import java.util.List;

/**
 * A disagreement about a device as the GAS, the CDI spec and the ResourceSlices publish it. {@link
 * DeviceComparison} finds them.
 */
public sealed interface DeviceDisagreement extends Disagreement {

  record DeviceNotOffered(String object) implements DeviceDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          HARDWARE,
          GAS,
          "it is there and usable, and spec.allocatable does not offer it",
          "a GPU is withheld while its VFs cannot be removed or counted: " + SEE_LOG);
    }
  }

  record OfferedDeviceGone(String object) implements DeviceDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          GAS,
          HARDWARE,
          "spec.allocatable offers it, and no usable device of that name is there",
          "if it is a VF that claims wait for, it cannot be made: " + SEE_LOG);
    }
  }

  record OfferDiffers(String object, String offered, String there) implements DeviceDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          GAS,
          HARDWARE,
          "spec.allocatable says %s, the hardware says %s".formatted(offered, there),
          SEE_LOG + "; the agent writes the GAS as soon as it can");
    }
  }

  record CdiDeviceMissing(String object) implements DeviceDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          HARDWARE,
          CDI,
          "it is there and usable, and the CDI spec does not define it, so no container can get it",
          "the agent could not write the spec: "
              + SEE_LOG
              + ", and check the free space of GPU_CDI_ROOT");
    }
  }

  record CdiDeviceGone(String object) implements DeviceDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          CDI,
          HARDWARE,
          "the CDI spec defines it, and no usable device of that name is there",
          "the agent could not write the spec: "
              + SEE_LOG
              + ", and check the free space of GPU_CDI_ROOT");
    }
  }

  record CdiNodesDiffer(String object, List<String> spec, List<String> there)
      implements DeviceDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          CDI,
          HARDWARE,
          "the CDI spec gives containers %s, its device nodes are %s".formatted(spec, there),
          "start no new pods on the node until the agent has written the spec: " + SEE_LOG);
    }
  }

  record CdiDeviceTwice(String object, Path file) implements DeviceDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          CDI,
          CDI,
          "%s defines it too, so the container runtime gives it to no container".formatted(file),
          "remove that file, or what writes it: another driver or device plugin for these GPUs");
    }
  }

  record CdiSpecUnreadable(String object, String reason) implements DeviceDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          CDI,
          HARDWARE,
          "it cannot be read: " + reason,
          "remove it: the agent writes it anew at its next look");
    }
  }

  record DeviceNotPublished(String object) implements DeviceDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          HARDWARE,
          SLICES,
          "it is there and usable, and no ResourceSlice offers it to the scheduler",
          "the agent could not publish: " + SEE_LOG);
    }
  }

  record PublishedDeviceGone(String object) implements DeviceDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          SLICES,
          HARDWARE,
          "ResourceSlices offer it, and its GPU is not there",
          "a GPU that vanished stays published, with a taint, until its pods have ended: delete them; if it has none, "
              + SEE_LOG);
    }
  }

  record SlicesIncomplete(String object, long announced, int found, List<String> outdated)
      implements DeviceDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          SLICES,
          SLICES,
          "%d slices of the newest generation are there, and they say that there are %d; slices of earlier generations: %s"
              .formatted(found, announced, outdated),
          "the scheduler uses no device of an incomplete pool: " + SEE_LOG);
    }
  }
}
