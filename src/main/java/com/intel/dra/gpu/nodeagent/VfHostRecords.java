package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.files.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/**
 * Which GPUs this driver turned into VFs, in memory and in a file that survives the agent: those
 * VFs are this driver's to remove. A record is on the disk before the hardware is touched, and
 * leaves it after the VFs are gone. A reboot takes the VFs away and the records with them: VFs that
 * are there afterwards were made by somebody else, and those that claims hold are made anew by what
 * the GAS says of them.
 *
 * <p>A file that is missing or damaged is to be completed from the GAS; until then {@link
 * #isComplete} is false.
 */
public final class VfHostRecords {

  static final String FILE_NAME = "vf-hosts.json";
  static final String DAMAGED_FILE_NAME = FILE_NAME + ".damaged";
  static final int VERSION = 1;

  private static final Logger LOG = Logger.getLogger(VfHostRecords.class);

  /** As it lies on disk; {@code hosts} by the UID of the GPU. */
  record Content(int version, String bootId, Map<String, MadeVfs> hosts) {}

  private final AtomicFile file;
  private final BootId bootId;
  private Map<String, MadeVfs> hosts;
  private boolean complete;

  private VfHostRecords(
      AtomicFile file, BootId bootId, Map<String, MadeVfs> hosts, boolean complete) {
    this.file = file;
    this.bootId = bootId;
    this.hosts = hosts;
    this.complete = complete;
  }

  /**
   * Reads what an earlier run left.
   *
   * @param folder made when it is missing
   * @throws IOException if the folder or file cannot be used at all
   */
  public static VfHostRecords open(Path folder, BootId bootId) throws IOException {
    AtomicFile file = StateFile.in(folder, FILE_NAME);
    Optional<byte[]> content = file.read();
    if (content.isEmpty()) {
      return new VfHostRecords(file, bootId, Map.of(), false);
    }
    return switch (StateDocument.decode(content.get(), VERSION, Content.class)) {
      case StateDocument.Decoded.Valid<Content>(Content read) ->
          new VfHostRecords(
              file,
              bootId,
              read.bootId().equals(bootId.value()) ? Map.copyOf(read.hosts()) : Map.of(),
              true);
      case StateDocument.Decoded.Damaged<Content>(String reason) -> {
        file.setAsideAs(DAMAGED_FILE_NAME);
        LOG.errorf(
            "The record of GPUs that this driver split %s is DAMAGED: %s. It was set aside as %s and"
                + " is rebuilt from the GAS, as far as claims hold VFs; other VFs count as an"
                + " administrator's. Check the disk.",
            file.path(), reason, DAMAGED_FILE_NAME);
        yield new VfHostRecords(file, bootId, Map.of(), false);
      }
    };
  }

  synchronized boolean isComplete() {
    return complete;
  }

  synchronized Optional<MadeVfs> find(DeviceUid gpu) {
    return Optional.ofNullable(hosts.get(gpu.toString()));
  }

  /**
   * What a VF has at least: of those that this driver made what their profile says, so that it is
   * the same before they are there and after.
   */
  int memoryMiB(Gpu vf) {
    return vf.uid()
        .parent()
        .flatMap(this::find)
        .map(MadeVfs::memoryMiB)
        .filter(memoryMiB -> memoryMiB > 0)
        .orElse(vf.memoryMiB());
  }

  /** The VF with what {@link #memoryMiB} says of it. */
  Gpu withPromisedMemory(Gpu vf) {
    return new Gpu(vf.uid(), vf.address(), memoryMiB(vf), vf.maxVfs(), vf.drmNodes());
  }

  synchronized void put(DeviceUid gpu, MadeVfs made) throws IOException {
    var changed = new TreeMap<>(hosts);
    changed.put(gpu.toString(), made);
    write(changed);
  }

  synchronized void remove(DeviceUid gpu) throws IOException {
    if (hosts.containsKey(gpu.toString())) {
      var changed = new TreeMap<>(hosts);
      changed.remove(gpu.toString());
      write(changed);
    }
  }

  /**
   * Takes over what the GAS and the hardware say, after the file was lost.
   *
   * @param all false while some of the hardware does not say it
   */
  synchronized void completeFrom(Map<DeviceUid, MadeVfs> found, boolean all) throws IOException {
    if (complete) {
      return;
    }
    var changed = new TreeMap<>(hosts);
    found.forEach((gpu, made) -> changed.putIfAbsent(gpu.toString(), made));
    if (all || !changed.equals(hosts)) {
      write(changed);
    }
    complete = all;
  }

  private void write(Map<String, MadeVfs> changed) throws IOException {
    file.write(StateDocument.encode(new Content(VERSION, bootId.value(), changed)));
    hosts = Map.copyOf(changed);
  }
}
