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
 * How a GPU can be split into VFs: by the profiles in {@code vf-profiles.json} (their source is
 * named there) where its model has some, else by the kernel's fair shares.
 *
 * <p>Controller and node agent both ask here, with what stands in the GAS, and so get the same
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
   * memory. Empty when it cannot be split, or has less memory than any profile needs.
   *
   * @param memoryMiB the GPU's local memory
   * @param maxVfs most VFs that the kernel lets it have
   * @param equalShares whether the kernel divides the memory by itself: a profile of the table then
   *     has no more VFs than get the memory that it says
   */
  public static List<VfProfile> forGpu(
      PciDeviceId model, int memoryMiB, int maxVfs, boolean equalShares) {
    List<Row> rows = ROWS.get(model);
    return rows == null
        ? fairShares(memoryMiB, maxVfs)
        : fromTable(rows, memoryMiB, maxVfs, equalShares);
  }

  /** The smallest of the profiles whose VFs have at least that memory. */
  public static Optional<VfProfile> smallest(List<VfProfile> profiles, int memoryMiB) {
    for (VfProfile profile : profiles) {
      if (profile.memoryMiB() >= memoryMiB) {
        return Optional.of(profile);
      }
    }
    return Optional.empty();
  }

  /**
   * What a profile was with which a GPU was split that cannot be split any more.
   *
   * @param memoryMiB what is on record of each VF
   * @return with the most VFs that such a profile ever has; empty for a name that never was one
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

  /** The profile of that name. */
  public static Optional<VfProfile> named(List<VfProfile> profiles, String name) {
    return profiles.stream().filter(profile -> profile.name().equals(name)).findFirst();
  }

  private static List<VfProfile> fromTable(
      List<Row> rows, int memoryMiB, int maxVfs, boolean equalShares) {
    // ECC takes its part of the memory, so a GPU that shows less than it is sold with has it on
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
   * What each of that many VFs has at least when the kernel divides the memory by itself. The
   * newest rule of the xe driver (Linux 7.0) gives the least, so what it gives is what every kernel
   * gives: the memory rounded down to whole GiB, divided, and rounded down to a power of two.
   *
   * @param numVfs 1 or more
   */
  public static int fairShareMiB(int memoryMiB, int numVfs) {
    return Integer.highestOneBit(memoryMiB / MIB_PER_GIB * MIB_PER_GIB / numVfs);
  }

  /** One profile for each different share: that with the most VFs. */
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
        family.models().forEach(model -> rows.put(new PciDeviceId(model), family.profiles()));
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
