package com.intel.dra.gpu.nodeagent.state;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.kit.files.FileMutex;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which GPUs this driver turned into VFs, in a file that survives the agent and that another agent
 * may use too, while one replaces the other: those VFs are this driver's to remove. A record is on
 * the disk before the hardware is touched, and leaves it after the VFs are gone. A reboot takes the
 * VFs away and the records with them: VFs that are there afterwards were made by somebody else, and
 * those that claims hold are made anew by what the GAS says of them.
 *
 * <p>A file that is missing or damaged is to be completed from the GAS; until then {@link
 * #isComplete} is false.
 */
public final class VfHostRecords {

  public static final String FILE_NAME = "vf-hosts.json";
  public static final String DAMAGED_FILE_NAME = FILE_NAME + ".damaged";
  public static final int VERSION = 1;

  /** As it lies on disk; {@code hosts} by the UID of the GPU. */
  record Content(int version, String bootId, Map<String, VfHostRecord> hosts) {}

  /** As it is worked with. */
  private record Hosts(Map<String, VfHostRecord> byGpu, boolean complete) {

    Hosts {
      byGpu = Map.copyOf(byGpu);
    }

    Optional<VfHostRecord> find(DeviceUid gpu) {
      return Optional.ofNullable(byGpu.get(gpu.toString()));
    }
  }

  private final SharedState<Hosts> state;

  private VfHostRecords(SharedState<Hosts> state) {
    this.state = state;
  }

  /**
   * Reads what an earlier run left.
   *
   * @param folder made when it is missing
   * @throws IOException if the folder or file cannot be used at all
   */
  public static VfHostRecords open(Path folder, BootId bootId) throws IOException {
    return new VfHostRecords(
        SharedState.open(folder, FILE_NAME, DAMAGED_FILE_NAME, new Form(bootId.value())));
  }

  public boolean isComplete() {
    return state.get().complete();
  }

  public Optional<VfHostRecord> find(DeviceUid gpu) {
    return now().find(gpu);
  }

  /** All of them as they are now: who asks for many looks at the file once. */
  public Now now() {
    return new Now(state.get().byGpu());
  }

  /** The records of one moment. */
  public record Now(Map<String, VfHostRecord> byGpu) {

    public Optional<VfHostRecord> find(DeviceUid gpu) {
      return Optional.ofNullable(byGpu.get(gpu.toString()));
    }

    /**
     * What a VF has at least: of those that this driver made what their profile says, so that it is
     * the same before they are there and after.
     */
    int memoryMiB(Gpu vf) {
      return vf.uid()
          .parent()
          .flatMap(this::find)
          .map(VfHostRecord::memoryMiB)
          .filter(memoryMiB -> memoryMiB > 0)
          .orElse(vf.memoryMiB());
    }

    /** The VF with what {@link #memoryMiB} says of it. */
    public Gpu withPromisedMemory(Gpu vf) {
      return new Gpu(vf.uid(), vf.address(), memoryMiB(vf), vf.maxVfs(), vf.drmNodes());
    }
  }

  /** What was found damaged since the last call, for people. */
  public Optional<String> takeDamageReport() {
    return state.takeDamageReport();
  }

  /**
   * Does something that no other agent may do meanwhile: taking a VF into use, or deciding for good
   * that VFs go away. To be short, and without waiting for anything.
   */
  public <R> R exclusively(FileMutex.Action<R> action) throws IOException {
    return state.exclusively(action);
  }

  /** {@link Now#memoryMiB} as it is now. */
  public int memoryMiB(Gpu vf) {
    return now().memoryMiB(vf);
  }

  public void put(DeviceUid gpu, VfHostRecord made) throws IOException {
    state.change(
        now -> {
          var changed = new TreeMap<>(now.byGpu());
          changed.put(gpu.toString(), made);
          return new Hosts(changed, now.complete());
        });
  }

  public void remove(DeviceUid gpu) throws IOException {
    state.change(
        now -> {
          var changed = new TreeMap<>(now.byGpu());
          changed.remove(gpu.toString());
          return new Hosts(changed, now.complete());
        });
  }

  /** Unless it says something else by now. */
  public void removeIfStill(DeviceUid gpu, VfHostRecord made) throws IOException {
    replaceIfStill(gpu, made, Optional.empty());
  }

  /** Unless it says something else by now. */
  public void replaceIfStill(DeviceUid gpu, VfHostRecord made, Optional<VfHostRecord> by)
      throws IOException {
    state.change(
        now -> {
          if (!now.find(gpu).equals(Optional.of(made))) {
            return now;
          }
          var changed = new TreeMap<>(now.byGpu());
          by.ifPresentOrElse(
              other -> changed.put(gpu.toString(), other), () -> changed.remove(gpu.toString()));
          return new Hosts(changed, now.complete());
        });
  }

  /**
   * Takes over what the GAS and the hardware say, after the file was lost.
   *
   * @param all false while some of the hardware does not say it
   */
  public void completeFrom(Map<DeviceUid, VfHostRecord> found, boolean all) throws IOException {
    state.change(now -> now.complete() ? now : completed(now, found, all));
  }

  private static Hosts completed(Hosts now, Map<DeviceUid, VfHostRecord> found, boolean all) {
    var changed = new TreeMap<>(now.byGpu());
    found.forEach((gpu, made) -> changed.putIfAbsent(gpu.toString(), made));
    return new Hosts(changed, all);
  }

  private record Form(String bootId) implements SharedState.Form<Hosts> {

    @Override
    public Hosts beforeTheFirst() {
      return new Hosts(Map.of(), false);
    }

    @Override
    public StateDocument.Decoded<Hosts> decode(byte[] content) {
      return switch (StateDocument.decode(content, VERSION, Content.class)) {
        case StateDocument.Decoded.Valid<Content>(Content read) ->
            new StateDocument.Decoded.Valid<>(
                new Hosts(read.bootId().equals(bootId) ? known(read) : Map.of(), true));
        case StateDocument.Decoded.Damaged<Content>(String reason) ->
            new StateDocument.Decoded.Damaged<>(reason);
      };
    }

    private static Map<String, VfHostRecord> known(Content read) {
      var known = new TreeMap<>(read.hosts());
      known.values().removeIf(Objects::isNull);
      return known;
    }

    @Override
    public byte[] encode(Hosts value) {
      return StateDocument.encode(new Content(VERSION, bootId, new TreeMap<>(value.byGpu())));
    }

    @Override
    public String damageReport(Path file, String reason, boolean isKnown) {
      return "The record of GPUs that this driver split %s is DAMAGED: %s. It was set aside as %s and is %s. Check the disk."
          .formatted(
              file,
              reason,
              DAMAGED_FILE_NAME,
              isKnown
                  ? "written again from memory"
                  : "rebuilt from the GAS, as far as claims hold VFs; other VFs count as an"
                      + " administrator's");
    }
  }
}
