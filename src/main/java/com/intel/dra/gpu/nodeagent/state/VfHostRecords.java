package com.intel.dra.gpu.nodeagent.state;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.kit.files.FileMutex;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The GPUs that this driver split into VFs, in a file that survives the agent and that a second
 * agent may also use while one replaces the other. This driver may remove those VFs. A record is
 * written to disk before the hardware is changed, and removed after the VFs are gone. A reboot
 * removes the VFs, so their records are dropped too. VFs that exist after a reboot were made by
 * others, and the agent makes those that claims hold again, as the GAS describes them.
 *
 * <p>A file that is missing or damaged must be completed from the GAS; until then {@link
 * #isComplete} is false.
 */
public final class VfHostRecords {

  public static final String FILE_NAME = "vf-hosts.json";
  public static final String DAMAGED_FILE_NAME = FILE_NAME + ".damaged";
  public static final int VERSION = 1;

  private static final String REPLACED = "replaced";
  private static final String COMPLETE = "complete";

  /**
   * The form on disk; {@code hosts} is by the UID of the GPU.
   *
   * @param replaced an earlier version did not write it
   * @param complete whether it is known whose the VFs of all GPUs are; an earlier version did not
   *     write it
   */
  record Content(
      int version,
      String bootId,
      Map<String, VfHostRecord> hosts,
      List<String> replaced,
      boolean complete) {}

  /**
   * The form in memory.
   *
   * @param replaced the GPUs that have VFs of others in place of ours, whose quotas may be left
   */
  private record Hosts(Map<String, VfHostRecord> byGpu, Set<String> replaced, boolean complete) {

    Hosts {
      byGpu = Map.copyOf(byGpu);
      replaced = Set.copyOf(replaced);
    }

    /** The quotas are taken back with the VFs of the record. */
    Hosts with(DeviceUid gpu, VfHostRecord made) {
      var changed = new TreeMap<>(byGpu);
      changed.put(gpu.toString(), made);
      return new Hosts(changed, withoutReplaced(gpu), complete);
    }

    Hosts without(DeviceUid gpu) {
      var changed = new TreeMap<>(byGpu);
      changed.remove(gpu.toString());
      return new Hosts(changed, withoutReplaced(gpu), complete);
    }

    Hosts withReplaced(DeviceUid gpu) {
      var changed = new TreeSet<>(replaced);
      changed.add(gpu.toString());
      return new Hosts(without(gpu).byGpu(), changed, complete);
    }

    private Set<String> withoutReplaced(DeviceUid gpu) {
      var changed = new TreeSet<>(replaced);
      changed.remove(gpu.toString());
      return changed;
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
   * Reads the file of an earlier run.
   *
   * @param folder created if it is missing
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

  /**
   * Returns all records as they are now: a caller that needs several of them checks the file only
   * once.
   */
  public Now now() {
    return new Now(state.get().byGpu());
  }

  /** The records of one moment. */
  public record Now(Map<String, VfHostRecord> byGpu) {

    public Optional<VfHostRecord> find(DeviceUid gpu) {
      return Optional.ofNullable(byGpu.get(gpu.toString()));
    }

    /**
     * Returns the least memory of a VF. For VFs that this driver made, it is what their profile
     * says, so that the value is the same before and after they exist.
     */
    int memoryMiB(Gpu vf) {
      return vf.uid()
          .parent()
          .flatMap(this::find)
          .map(VfHostRecord::memoryMiB)
          .filter(memoryMiB -> memoryMiB > 0)
          .orElse(vf.memoryMiB());
    }

    /** Returns the VF with the memory of {@link #memoryMiB}. */
    public Gpu withPromisedMemory(Gpu vf) {
      return new Gpu(vf.uid(), vf.address(), memoryMiB(vf), vf.maxVfs(), vf.drmNodes());
    }
  }

  /** Returns a message for people about the damage that was found since the last call. */
  public Optional<String> takeDamageReport() {
    return state.takeDamageReport();
  }

  /**
   * Runs an action during which no other agent may run one: taking a VF into use, or finally
   * deciding to remove VFs. The action must be short and must not wait for anything.
   */
  public <R> R exclusively(FileMutex.Action<R> action) throws IOException {
    return state.exclusively(action);
  }

  /** Returns {@link Now#memoryMiB} as it is now. */
  public int memoryMiB(Gpu vf) {
    return now().memoryMiB(vf);
  }

  public void put(DeviceUid gpu, VfHostRecord made) throws IOException {
    state.change(now -> now.with(gpu, made));
  }

  /** Removes all that is known of the GPU. */
  public void remove(DeviceUid gpu) throws IOException {
    state.change(now -> now.without(gpu));
  }

  /** Replaces the record unless it has changed meanwhile. */
  public void replaceIfStill(DeviceUid gpu, VfHostRecord made, VfHostRecord by) throws IOException {
    state.change(now -> now.find(gpu).equals(Optional.of(made)) ? now.with(gpu, by) : now);
  }

  /**
   * Removes the record, unless it has changed meanwhile, because others have replaced the VFs. What
   * was written to the hardware for ours may be left, so {@link #isReplaced} is true from then on,
   * until there is a new record of the GPU.
   */
  public void replacedByOthers(DeviceUid gpu, VfHostRecord made) throws IOException {
    state.change(now -> now.find(gpu).equals(Optional.of(made)) ? now.withReplaced(gpu) : now);
  }

  /** Whether the GPU has, or had, VFs of others in place of ours, whose quotas may be left. */
  public boolean isReplaced(DeviceUid gpu) {
    return state.get().replaced().contains(gpu.toString());
  }

  /** Returns the GPUs of which something is known: a record, or that they are replaced. */
  public Set<DeviceUid> gpus() {
    Hosts now = state.get();
    return Stream.concat(now.byGpu().keySet().stream(), now.replaced().stream())
        .flatMap(uid -> DeviceUid.parse(uid).stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Takes over what the GAS and the hardware say, after the file was lost.
   *
   * @param all false while this is unknown for some of the hardware
   */
  public void completeFrom(Map<DeviceUid, VfHostRecord> found, boolean all) throws IOException {
    state.change(now -> now.complete() ? now : completed(now, found, all));
  }

  private static Hosts completed(Hosts now, Map<DeviceUid, VfHostRecord> found, boolean all) {
    var changed = new TreeMap<>(now.byGpu());
    found.forEach((gpu, made) -> changed.putIfAbsent(gpu.toString(), made));
    return new Hosts(changed, now.replaced(), all);
  }

  static StateDocument.Decoded<Content> decodeContent(byte[] content) {
    return StateDocument.decode(
        content, VERSION, Content.class, Map.of(REPLACED, List.of(), COMPLETE, true));
  }

  private record Form(String bootId) implements SharedState.Form<Hosts> {

    @Override
    public Hosts beforeTheFirst() {
      return new Hosts(Map.of(), Set.of(), false);
    }

    @Override
    public StateDocument.Decoded<Hosts> decode(byte[] content) {
      return switch (decodeContent(content)) {
        case StateDocument.Decoded.Valid<Content>(Content read) ->
            new StateDocument.Decoded.Valid<>(
                read.bootId().equals(bootId)
                    ? new Hosts(known(read), replaced(read), read.complete())
                    : new Hosts(Map.of(), Set.of(), true));
        case StateDocument.Decoded.Damaged<Content>(String reason) ->
            new StateDocument.Decoded.Damaged<>(reason);
      };
    }

    private static Map<String, VfHostRecord> known(Content read) {
      var known = new TreeMap<>(read.hosts());
      known.values().removeIf(Objects::isNull);
      return known;
    }

    private static Set<String> replaced(Content read) {
      return read.replaced().stream().filter(Objects::nonNull).collect(Collectors.toSet());
    }

    @Override
    public byte[] encode(Hosts value) {
      return StateDocument.encode(
          new Content(
              VERSION,
              bootId,
              new TreeMap<>(value.byGpu()),
              value.replaced().stream().sorted().toList(),
              value.complete()));
    }

    @Override
    public String damageReport(Path file, String reason, boolean isKnown) {
      return "The record of split GPUs, %s, is DAMAGED: %s. It was set aside as %s and is %s. Check the disk."
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
