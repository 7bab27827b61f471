package com.intel.dra.kit.kubelet.api;

/** The versions of the plugin API that are served; for metrics and logs. */
public enum PluginApiVersion {
  /** Kubernetes 1.26, where its name is v1alpha1, and 1.27. */
  V1ALPHA2("v1alpha2"),
  /** Kubernetes 1.28 to 1.30. */
  V1ALPHA3("v1alpha3"),
  /** Kubernetes 1.31, where its name is v1alpha3, and later. */
  V1BETA1("v1beta1"),
  /** Kubernetes 1.34 and later. */
  V1("v1");

  private final String label;

  PluginApiVersion(String label) {
    this.label = label;
  }

  public String label() {
    return label;
  }
}
