package com.intel.dra.gpu.bench;

import com.intel.dra.gpu.policy.GpuSharing;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * One row of a measurement: what the nodes publish, and what each pod requests.
 *
 * <p>Its text is {@value #PLAIN}, {@value #GO}, or {@value #OURS} with what this driver publishes
 * besides GPUs for one claim each, for example {@code gpus+shared+vfs:share}.
 *
 * @param name the text
 * @param slices whose slices the nodes have
 * @param features what this driver publishes besides
 * @param asked what the pods request
 */
record StructuredRow(String name, Slices slices, Set<Feature> features, Asked asked) {

  static final String PLAIN = "plain";
  static final String GO = "go";
  static final String OURS = "gpus";

  /** Into how many VFs a GPU is split. */
  static final int VFS = 4;

  /** Whose slices the nodes have. */
  enum Slices {
    NONE,
    GO_DRIVER,
    OURS
  }

  /** What this driver publishes, or leaves out. */
  enum Feature {
    /** GPUs are shared by memory. */
    SHARED,
    /** Each GPU can be split into {@value #VFS} VFs. */
    VFS,
    /** Each GPU has a monitor. */
    MONITORS,
    /** The attributes are those that a class of this driver reads, and no others. */
    FEW_ATTRIBUTES,
    /** No capacity but the memory. */
    ONE_CAPACITY,
    /** Devices charge no counters, so more could be allocated than there is. */
    NO_COUNTERS,
    /** One set has the counters of all GPUs. */
    ONE_SET,
    /** VFs come before the GPUs. */
    VFS_FIRST,
    /** The class reads the driver's name and no attribute, as the Go driver's does. */
    SHORT_CLASS;

    String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** What a pod requests. */
  enum Asked {
    NOTHING,
    GPU,
    SHARE,
    VF
  }

  StructuredRow {
    features = Set.copyOf(features);
  }

  /**
   * @throws IllegalArgumentException if this is no row
   */
  static StructuredRow parse(String text) {
    List<String> parts = List.of(text.split(":", 2));
    List<String> published = List.of(parts.getFirst().split("\\+", -1));
    Asked asked =
        parts.size() == 1
            ? Asked.GPU
            : switch (parts.getLast()) {
              case "share" -> Asked.SHARE;
              case "vf" -> Asked.VF;
              default -> throw wrong(text);
            };
    if (text.equals(PLAIN)) {
      return new StructuredRow(text, Slices.NONE, Set.of(), Asked.NOTHING);
    }
    if (text.equals(GO)) {
      return new StructuredRow(text, Slices.GO_DRIVER, Set.of(), Asked.GPU);
    }
    if (!published.getFirst().equals(OURS)) {
      throw wrong(text);
    }
    var features = EnumSet.noneOf(Feature.class);
    for (String name : published.subList(1, published.size())) {
      features.add(feature(name, text));
    }
    return new StructuredRow(text, Slices.OURS, features, asked);
  }

  private static Feature feature(String name, String row) {
    for (Feature feature : Feature.values()) {
      if (feature.text().equals(name)) {
        return feature;
      }
    }
    throw wrong(row);
  }

  private static IllegalArgumentException wrong(String row) {
    var features = new TreeSet<String>();
    for (Feature feature : Feature.values()) {
      features.add(feature.text());
    }
    return new IllegalArgumentException(
        "a row is plain, go or gpus, or gpus with some of %s after a + each, and may end with :share or :vf; it is not '%s'"
            .formatted(features, row));
  }

  boolean has(Feature feature) {
    return features.contains(feature);
  }

  GpuSharing sharing() {
    return has(Feature.SHARED) ? new GpuSharing.ByMemory(0, 1, 1) : new GpuSharing.Exclusive();
  }
}
