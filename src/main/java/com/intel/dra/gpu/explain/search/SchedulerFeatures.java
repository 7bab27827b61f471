package com.intel.dra.gpu.explain.search;

/** Which rules the scheduler follows, by its feature gates. */
public record SchedulerFeatures(
    boolean adminAccess,
    boolean prioritizedList,
    boolean partitionableDevices,
    boolean deviceTaints,
    boolean bindingConditions,
    boolean consumableCapacity,
    boolean fractionalCapacityRange,
    boolean extendedResources) {

  /** Returns what a scheduler of Kubernetes 1.{@code minor} does without any gate set. */
  public static SchedulerFeatures ofMinor(int minor) {
    return new SchedulerFeatures(
        minor >= 34,
        minor >= 34,
        minor >= 36,
        minor >= 36,
        minor >= 36,
        minor >= 36,
        minor >= 37,
        minor >= 36);
  }

  /** Returns these with all rules that the driver uses switched on. */
  public static SchedulerFeatures all() {
    return ofMinor(37);
  }
}
