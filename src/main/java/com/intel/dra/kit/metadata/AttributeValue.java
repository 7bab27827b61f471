package com.intel.dra.kit.metadata;

import java.util.List;

/** The value of a device's attribute, of one of the types that ResourceSlices have. */
public sealed interface AttributeValue {

  record Text(String value) implements AttributeValue {}

  record Flag(boolean value) implements AttributeValue {}

  record Number(long value) implements AttributeValue {}

  /** A semantic version. */
  record Version(String value) implements AttributeValue {}

  record Texts(List<String> values) implements AttributeValue {
    public Texts {
      values = List.copyOf(values);
    }
  }

  record Flags(List<Boolean> values) implements AttributeValue {
    public Flags {
      values = List.copyOf(values);
    }
  }

  record Numbers(List<Long> values) implements AttributeValue {
    public Numbers {
      values = List.copyOf(values);
    }
  }

  /** Semantic versions. */
  record Versions(List<String> values) implements AttributeValue {
    public Versions {
      values = List.copyOf(values);
    }
  }
}
