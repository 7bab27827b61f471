package com.intel.dra.gpu.nodeagent.vfs;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.nodeagent.devices.DeviceLock;
import com.intel.dra.gpu.nodeagent.devices.VfHosts;
import com.intel.dra.gpu.nodeagent.state.VfHostRecord;
import com.intel.dra.gpu.nodeagent.state.VfHostRecords;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Keeps the records of the VFs that this driver made in step with the VFs that are there. Call all
 * of it under {@link DeviceLock}.
 */
@Singleton
public class VfRecordUpkeep {

  private static final Logger LOG = Logger.getLogger(VfRecordUpkeep.class);

  private final VfHostRecords records;
  private final VfHosts hosts;
  private final VfHardware hardware;

  @Inject
  public VfRecordUpkeep(VfHostRecords records, VfHosts hosts, VfHardware hardware) {
    this.records = records;
    this.hosts = hosts;
    this.hardware = hardware;
  }

  /**
   * Compares what was seen of the GPU with its record. A record is about certain VFs: it is removed
   * when there are others, which somebody else made. Where it does not name its VFs yet, they are
   * added. What was written to the hardware for ours is still there after others have replaced
   * them; when the others are gone, a new record has it taken back.
   */
  void compare(Gpu gpu, VfObservation seen, VfHolders holders) {
    try {
      Optional<VfHostRecord> recorded = records.find(gpu.uid());
      if (recorded.isPresent()) {
        compare(gpu, seen, recorded.get());
      } else if (records.isReplaced(gpu.uid()) && seen.hasNone() && !holders.areUsing(gpu.uid())) {
        records.put(gpu.uid(), new VfHostRecord("", 0, false, seen.identity()));
      }
    } catch (IOException e) {
      LOG.warnf("The record of the VFs of GPU %s could not be changed yet: %s", gpu.uid(), e);
    }
  }

  private void compare(Gpu gpu, VfObservation seen, VfHostRecord made) throws IOException {
    if (seen.areOthersThan(made)) {
      records.replacedByOthers(gpu.uid(), made);
      LOG.warnf(
          "GPU %s has other VFs than those that this driver made: they are treated as an"
              + " administrator's",
          gpu.uid());
    } else if (made.identity().isEmpty() && !seen.identity().isEmpty()) {
      records.replaceIfStill(gpu.uid(), made, made.withIdentity(seen.identity()));
    }
  }

  /**
   * Removes the records of GPUs that have no kernel driver, because the driver took the VFs with
   * it. While claims hold VFs of such a GPU its record stays: it says how to make them again.
   */
  void forgetVfsOfGpusWithoutDriver(Set<DeviceUid> here, VfHolders holders) {
    records.gpus().stream()
        .filter(gpu -> !here.contains(gpu) && holders.of(gpu).isEmpty())
        .filter(gpu -> hosts.state(gpu).isEmpty() && hardware.isWithoutDriver(gpu))
        .forEach(this::forget);
  }

  private void forget(DeviceUid gpu) {
    try {
      records.remove(gpu);
      LOG.infof("The VFs of GPU %s are gone, and no claim needs them", gpu);
    } catch (IOException e) {
      LOG.warnf("The record of the VFs of GPU %s could not be removed yet: %s", gpu, e);
    }
  }
}
