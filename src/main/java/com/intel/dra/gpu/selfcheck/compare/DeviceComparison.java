package com.intel.dra.gpu.selfcheck.compare;

import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.nodeagent.state.VfHostRecord;
import com.intel.dra.gpu.selfcheck.look.NodeSnapshot;
import com.intel.dra.gpu.structured.DeviceName;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Compares the devices in the hardware with those that are published. */
record DeviceComparison(NodeSnapshot picture, Consumer<Disagreement> found) {

  void run() {
    picture
        .hardware()
        .seen()
        .ifPresent(
            hardware -> {
              picture
                  .gas()
                  .seen()
                  .flatMap(gas -> gas)
                  .ifPresent(gas -> offer(hardware, gas.spec().allocatable()));
              picture.slices().seen().ifPresent(slices -> slices(hardware, slices));
            });
    picture.slices().seen().ifPresent(this::pool);
    picture.cdi().seen().ifPresent(this::cdi);
  }

  private void offer(NodeSnapshot.Hardware hardware, Map<String, AllocatableDevice> offered) {
    var there = new TreeMap<String, Gpu>();
    hardware.devices().forEach(gpu -> there.put(gpu.uid().toString(), gpu));
    there.forEach(
        (uid, gpu) -> {
          AllocatableDevice offer = offered.get(uid);
          if (offer == null) {
            found.accept(new DeviceDisagreement.DeviceNotOffered(uid));
          } else {
            differences(hardware, gpu, offer);
          }
        });
    new TreeSet<>(offered.keySet())
        .stream()
            .filter(uid -> !there.containsKey(uid))
            .forEach(uid -> found.accept(new DeviceDisagreement.OfferedDeviceGone(uid)));
  }

  /**
   * A GPU may be offered with {@code maxvfs: 0} at any time, and with no memory while it has VFs
   * that others made.
   */
  private void differences(NodeSnapshot.Hardware hardware, Gpu gpu, AllocatableDevice offer) {
    int memoryMiB = promisedMiB(gpu);
    boolean othersHaveIt = offer.memory() == 0 && isSplitByOthers(hardware, gpu.uid());
    if (offer.memory() != memoryMiB && !othersHaveIt) {
      found.accept(
          new DeviceDisagreement.OfferDiffers(
              gpu.uid().toString(), offer.memory() + " MiB", memoryMiB + " MiB"));
    }
    if (offer.maxVfs() != 0 && offer.maxVfs() != gpu.maxVfs()) {
      found.accept(
          new DeviceDisagreement.OfferDiffers(
              gpu.uid().toString(), offer.maxVfs() + " VFs", gpu.maxVfs() + " VFs"));
    }
  }

  /** VFs that the driver made count with their profile's memory. */
  private int promisedMiB(Gpu gpu) {
    return gpu.uid()
        .parent()
        .flatMap(this::made)
        .map(VfHostRecord::memoryMiB)
        .filter(memoryMiB -> memoryMiB > 0)
        .orElse(gpu.memoryMiB());
  }

  private Optional<VfHostRecord> made(DeviceUid gpu) {
    return picture
        .vfHosts()
        .records()
        .flatMap(hosts -> Optional.ofNullable(hosts.get(gpu.toString())));
  }

  private boolean isSplitByOthers(NodeSnapshot.Hardware hardware, DeviceUid gpu) {
    return made(gpu).isEmpty()
        && Optional.ofNullable(hardware.sriov().get(gpu))
            .filter(sriov -> sriov.numVfs().orElse(0) > 0)
            .isPresent();
  }

  private void cdi(NodeSnapshot.Cdi cdi) {
    if (cdi.unreadable().isPresent()) {
      found.accept(
          new DeviceDisagreement.CdiSpecUnreadable(cdi.file().toString(), cdi.unreadable().get()));
      return;
    }
    var names = new TreeSet<>(cdi.spec().keySet());
    names.addAll(cdi.wanted().keySet());
    for (String name : names) {
      Optional<List<String>> spec = Optional.ofNullable(cdi.spec().get(name));
      Optional<List<String>> wanted = Optional.ofNullable(cdi.wanted().get(name));
      if (spec.isEmpty()) {
        found.accept(new DeviceDisagreement.CdiDeviceMissing(name));
      } else if (wanted.isEmpty()) {
        found.accept(new DeviceDisagreement.CdiDeviceGone(name));
      } else if (!spec.equals(wanted)) {
        found.accept(new DeviceDisagreement.CdiNodesDiffer(name, spec.get(), wanted.get()));
      }
    }
    new TreeMap<>(cdi.elsewhere())
        .forEach(
            (file, others) ->
                others.stream()
                    .filter(names::contains)
                    .sorted()
                    .forEach(
                        name -> found.accept(new DeviceDisagreement.CdiDeviceTwice(name, file))));
  }

  private void slices(NodeSnapshot.Hardware hardware, NodeSnapshot.Slices slices) {
    for (Gpu device : hardware.devices()) {
      if (isWithheld(device.uid().gpu())) {
        continue; // by a rule; it is published only while it is in use
      }
      if (slices.monitors() && device.type() == DeviceType.GPU) {
        published(slices, DeviceName.monitorOf(device.uid()));
      }
      // VFs that the driver makes are published before they exist, and not every cluster supports
      // that; a GPU that others have split is published by its VFs
      DeviceUid gpu = device.uid().gpu();
      if (isSplitByOthers(hardware, gpu) == (device.type() == DeviceType.VF)
          && (device.type() == DeviceType.GPU || made(gpu).isEmpty())) {
        published(slices, DeviceName.of(device.uid()));
      }
    }
    Collection<DeviceUid> there = hardware.named();
    new TreeSet<>(slices.devices())
        .stream()
            .filter(
                name ->
                    DeviceName.parse(name)
                        .map(device -> device.uid().gpu())
                        .filter(there::contains)
                        .isEmpty())
            .forEach(name -> found.accept(new DeviceDisagreement.PublishedDeviceGone(name)));
  }

  private boolean isWithheld(DeviceUid gpu) {
    return picture
        .gas()
        .seen()
        .flatMap(gas -> gas)
        .flatMap(gas -> Optional.ofNullable(gas.spec().allocatable().get(gpu.toString())))
        .filter(offer -> offer.sharing().equals(AllocatableDevice.WITHHELD))
        .isPresent();
  }

  private void published(NodeSnapshot.Slices slices, DeviceName name) {
    if (!slices.devices().contains(name.toString())) {
      found.accept(new DeviceDisagreement.DeviceNotPublished(name.toString()));
    }
  }

  private void pool(NodeSnapshot.Slices slices) {
    if (slices.announced() != slices.found() || !slices.outdated().isEmpty()) {
      found.accept(
          new DeviceDisagreement.SlicesIncomplete(
              picture.gasName(), slices.announced(), slices.found(), slices.outdated()));
    }
  }
}
