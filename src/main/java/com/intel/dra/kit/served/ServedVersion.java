package com.intel.dra.kit.served;

import java.util.Locale;
import java.util.Set;

/** The versions of resource.k8s.io that can be used, in order of preference. */
public enum ServedVersion {
  /** Kubernetes 1.34 and later. The code has structured objects in this version. */
  V1("resourceslices"),
  /** Kubernetes 1.33; the same fields as in {@link #V1}. */
  V1BETA2("resourceslices"),
  /** Kubernetes 1.32 and 1.33. */
  V1BETA1("resourceslices"),
  /** Kubernetes 1.31. Later releases serve other kinds in this version. */
  V1ALPHA3("resourceslices"),
  /** Kubernetes 1.27 to 1.30. The code has classic objects in this version. */
  V1ALPHA2("podschedulingcontexts"),
  /** Kubernetes 1.26. */
  V1ALPHA1("podschedulings");

  /** The API group. */
  public static final String GROUP = "resource.k8s.io";

  private static final String CLAIMS = "resourceclaims";

  private final String otherResource;

  ServedVersion(String otherResource) {
    this.otherResource = otherResource;
  }

  /** The version's name in the API. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Group and version, as objects have it. */
  public String apiVersion() {
    return GROUP + "/" + label();
  }

  /** Whether the scheduler allocates, from ResourceSlices. */
  public boolean isStructured() {
    return compareTo(V1ALPHA3) <= 0;
  }

  /** The version that the code has objects in. */
  public ServedVersion canonical() {
    return isStructured() ? V1 : V1ALPHA2;
  }

  /** The resources without which the version is of no use. */
  Set<String> resources() {
    return Set.of(CLAIMS, otherResource);
  }

  /** Whether slices have a device's fields in its member {@code basic}. */
  boolean hasBasicDevices() {
    return this == V1BETA1 || this == V1ALPHA3;
  }

  /** Whether a device's capacity is a quantity, and not an object with a quantity. */
  boolean hasPlainCapacities() {
    return this == V1ALPHA3;
  }

  /** Whether an allocation has one handle, which is text, and not a list of handles. */
  boolean hasOneHandle() {
    return this == V1ALPHA1;
  }

  /** Whether the PodSchedulingContext is called PodScheduling. */
  boolean hasPodSchedulings() {
    return this == V1ALPHA1;
  }
}
