package com.intel.dra.gpu.device;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Determines how a GPU can be split into VFs: by the profiles in {@code vf-profiles.json} (which
 * names their source) if its model has some, otherwise by the kernel's fair shares.
 *
 * <p>Controller and node agent both call this with the values in the GAS, and so get the same
 * figures for a profile's name.
 */
public final class VfProfiles {

  private static final int MIB_PER_GIB = 1024;
  private static final long BYTES_PER_MIB = 1 << 20;
  private static final String FAIR_SHARE = "fairShare_";
  private static final String TABLE = "vf-profiles.json";
  private static final Map<PciDeviceId, List<Row>> ROWS = read();

  private VfProfiles() {}

  /**
   * The ways to split such a GPU, the one with the smallest VFs first; never two with the same
   * memory. Empty if it cannot be split, or has less memory than any profile needs.
   *
   * @param memoryMiB the GPU's local memory
   * @param maxVfs the largest number of VFs that the kernel allows
   * @param equalShares whether the kernel divides the memory by itself: then a profile of the table
   *     has no more VFs than can get its memory
   */
  public static List<VfProfile> forGpu(
      PciDeviceId model, int memoryMiB, int maxVfs, boolean equalShares) {
    List<Row> rows = ROWS.get(model);
    return rows == null
        ? fairShares(memoryMiB, maxVfs)
        : fromTable(rows, memoryMiB, maxVfs, equalShares);
  }

  /** The smallest profile whose VFs have at least this memory. */
  public static Optional<VfProfile> smallest(List<VfProfile> profiles, int memoryMiB) {
    for (VfProfile profile : profiles) {
      if (profile.memoryMiB() >= memoryMiB) {
        return Optional.of(profile);
      }
    }
    return Optional.empty();
  }

  /**
   * Reconstructs the profile with which a GPU was split, for a GPU that cannot be split any more.
   *
   * @param memoryMiB the recorded memory of each VF
   * @return the profile with the largest number of VFs that it ever has; empty if the name never
   *     was that of a profile
   */
  public static Optional<VfProfile> recorded(PciDeviceId model, String name, int memoryMiB) {
    return ROWS.getOrDefault(model, List.of()).stream()
        .filter(row -> row.name().equals(name))
        .map(Row::numVfs)
        .findFirst()
        .or(() -> fairShareVfs(name))
        .map(numVfs -> new VfProfile(name, numVfs, memoryMiB, Optional.empty()));
  }

  private static Optional<Integer> fairShareVfs(String name) {
    String digits = name.startsWith(FAIR_SHARE) ? name.substring(FAIR_SHARE.length()) : "";
    return digits.matches("[1-9][0-9]{0,3}")
        ? Optional.of(Integer.parseInt(digits))
        : Optional.empty();
  }

  /** The profile with this name. */
  public static Optional<VfProfile> named(List<VfProfile> profiles, String name) {
    return profiles.stream().filter(profile -> profile.name().equals(name)).findFirst();
  }

  private static List<VfProfile> fromTable(
      List<Row> rows, int memoryMiB, int maxVfs, boolean equalShares) {
    // ECC uses part of the memory, so a GPU that shows less memory than its nominal size has ECC on
    boolean eccOn = rows.stream().anyMatch(row -> row.lmemBytes() / BYTES_PER_MIB > memoryMiB);
    var profiles = new ArrayList<VfProfile>();
    for (Row row : rows) {
      long lmemBytes = eccOn ? row.lmemBytesEccOn() : row.lmemBytes();
      int lmemMiB = Math.toIntExact(lmemBytes / BYTES_PER_MIB);
      int numVfs = Math.min(Math.min(row.numVfs(), maxVfs), memoryMiB / lmemMiB);
      while (equalShares && numVfs > 0 && fairShareMiB(memoryMiB, numVfs) < lmemMiB) {
        numVfs--;
      }
      if (numVfs > 0) {
        profiles.add(
            new VfProfile(row.name(), numVfs, lmemMiB, Optional.of(row.quotas(lmemBytes))));
      }
    }
    profiles.sort(Comparator.comparingInt(VfProfile::memoryMiB));
    return List.copyOf(profiles);
  }

  /**
   * The least memory of each VF if the kernel divides the memory by itself. The newest rule of the
   * xe driver (Linux 7.0) gives the least, so every kernel gives at least that: the memory rounded
   * down to whole GiB, divided, and rounded down to a power of two.
   *
   * @param numVfs 1 or more
   */
  public static int fairShareMiB(int memoryMiB, int numVfs) {
    return Integer.highestOneBit(memoryMiB / MIB_PER_GIB * MIB_PER_GIB / numVfs);
  }

  /** One profile for each different share: the one with the most VFs. */
  private static List<VfProfile> fairShares(int memoryMiB, int maxVfs) {
    var profiles = new ArrayList<VfProfile>();
    for (int numVfs = maxVfs; numVfs > 0; numVfs--) {
      int shareMiB = fairShareMiB(memoryMiB, numVfs);
      if (profiles.isEmpty() || profiles.getLast().memoryMiB() < shareMiB) {
        profiles.add(new VfProfile(FAIR_SHARE + numVfs, numVfs, shareMiB, Optional.empty()));
      }
    }
    return List.copyOf(profiles);
  }

  private static Map<PciDeviceId, List<Row>> read() {
    var mapper =
        new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);
    try (var in =
        Objects.requireNonNull(
            VfProfiles.class.getResourceAsStream(TABLE), TABLE + " is missing")) {
      var rows = new HashMap<PciDeviceId, List<Row>>();
      for (Family family : mapper.readValue(in, Table.class).families()) {
        family
            .models()
            .forEach(model -> rows.put(new PciDeviceId(model), List.copyOf(family.profiles())));
      }
      return Map.copyOf(rows);
    } catch (IOException e) {
      throw new UncheckedIOException(TABLE + " is damaged", e);
    }
  }

  record Table(String source, List<Family> families) {}

  record Family(List<String> models, List<Row> profiles) {}

  record Row(
      String name,
      int numVfs,
      int contexts,
      int doorbells,
      int execQuantumMs,
      int preemptTimeoutUs,
      long ggttBytes,
      long lmemBytes,
      long lmemBytesEccOn) {

    VfProfile.Quotas quotas(long lmemOfEachBytes) {
      return new VfProfile.Quotas(
          contexts, doorbells, ggttBytes, lmemOfEachBytes, execQuantumMs, preemptTimeoutUs);
    }
  }
}
