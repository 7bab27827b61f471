package com.intel.dra.gpu.nodeagent.state;

import com.intel.dra.gpu.device.DeviceUid;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Into which VFs each GPU was published to be split, in a file that survives the agent and reboots,
 * as allocations do. A claim says which VF it was given, and not how large that was. Without the
 * file, each VF counts as published as it is now.
 */
public final class PublishedVfs {

  public static final String FILE_NAME = "published-vfs.json";
  public static final String DAMAGED_FILE_NAME = FILE_NAME + ".damaged";
  public static final int VERSION = 1;

  /** Rules seldom change, and a claim seldom waits that long. */
  private static final int MAX_FORMER = 8;

  /**
   * VFs of one GPU.
   *
   * @param profile empty if there are none
   * @param memoryMiB of each
   */
  public record Vfs(String profile, int count, int memoryMiB) {
    public static final Vfs NONE = new Vfs("", 0, 0);

    public boolean has(int index) {
      return index < count;
    }
  }

  /**
   * VFs that are not published any more.
   *
   * @param until from when on claims were given others, in seconds since 1970
   */
  public record Former(Vfs vfs, long until) {}

  /**
   * What was published of one GPU.
   *
   * @param changedAt since when they are published as those that no new claim gets, because others
   *     are wanted, in seconds since 1970; 0 if they are not
   * @param former the oldest first
   */
  public record OfGpu(Vfs now, long changedAt, List<Former> former) {
    public OfGpu {
      former = List.copyOf(former);
    }

    public static OfGpu first(Vfs vfs) {
      return new OfGpu(vfs, 0, List.of());
    }

    public OfGpu since(long second) {
      return new OfGpu(now, second, former);
    }

    /** Others are published from now on, and a claim that is older than {@code until} has these. */
    public OfGpu replacedBy(Vfs others, long until) {
      var all = new ArrayList<>(former);
      all.add(new Former(now, until));
      return new OfGpu(others, 0, all.subList(Math.max(0, all.size() - MAX_FORMER), all.size()));
    }
  }

  record Content(int version, Map<String, OfGpu> gpus) {}

  private final Optional<SharedState<Map<String, OfGpu>>> state;

  private PublishedVfs(Optional<SharedState<Map<String, OfGpu>>> state) {
    this.state = state;
  }

  /**
   * Reads the file of an earlier run.
   *
   * @param folder created if it is missing
   * @throws IOException if the folder or file cannot be used at all
   */
  public static PublishedVfs open(Path folder) throws IOException {
    return new PublishedVfs(
        Optional.of(SharedState.open(folder, FILE_NAME, DAMAGED_FILE_NAME, new Form())));
  }

  /** Of a mode in which no VFs are published: it has no file, and takes nothing. */
  public static PublishedVfs none() {
    return new PublishedVfs(Optional.empty());
  }

  public Optional<OfGpu> find(DeviceUid gpu) {
    return state.flatMap(known -> Optional.ofNullable(known.get().get(gpu.toString())));
  }

  public void put(DeviceUid gpu, OfGpu published) throws IOException {
    state
        .orElseThrow(() -> new IllegalStateException("no VFs are published in this mode"))
        .change(
            now -> {
              var changed = new TreeMap<>(now);
              changed.put(gpu.toString(), published);
              return Map.copyOf(changed);
            });
  }

  /** Returns a message for people about the damage that was found since the last call. */
  public Optional<String> takeDamageReport() {
    return state.flatMap(SharedState::takeDamageReport);
  }

  private record Form() implements SharedState.Form<Map<String, OfGpu>> {

    @Override
    public Map<String, OfGpu> beforeTheFirst() {
      return Map.of();
    }

    @Override
    public StateDocument.Decoded<Map<String, OfGpu>> decode(byte[] content) {
      return switch (StateDocument.decode(content, VERSION, Content.class)) {
        case StateDocument.Decoded.Valid<Content>(Content read) -> known(read);
        case StateDocument.Decoded.Damaged<Content>(String reason) ->
            new StateDocument.Decoded.Damaged<>(reason);
      };
    }

    private static StateDocument.Decoded<Map<String, OfGpu>> known(Content read) {
      try {
        return new StateDocument.Decoded.Valid<>(Map.copyOf(read.gpus()));
      } catch (NullPointerException e) {
        return new StateDocument.Decoded.Damaged<>("a GPU has no value");
      }
    }

    @Override
    public byte[] encode(Map<String, OfGpu> value) {
      return StateDocument.encode(new Content(VERSION, new TreeMap<>(value)));
    }

    @Override
    public String damageReport(Path file, String reason, boolean isKnown) {
      return "The record of published VFs, %s, is DAMAGED: %s. It was set aside as %s and is %s. Check the disk."
          .formatted(
              file,
              reason,
              DAMAGED_FILE_NAME,
              isKnown
                  ? "written again from memory"
                  : "begun anew: a claim that was given a VF before the rules changed, and is not"
                      + " prepared yet, may wait or get a smaller one");
    }
  }
}
