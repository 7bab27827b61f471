package com.intel.dra.kit.cdi;

/** A vendor, class or device name that container runtimes would refuse. */
public final class InvalidCdiNameException extends IllegalArgumentException {

  /** The invalid part of {@code vendor/class=device}. */
  public enum Part {
    VENDOR,
    CLASS,
    DEVICE
  }

  private static final long serialVersionUID = 1L;

  private final Part part;
  private final String name;

  InvalidCdiNameException(Part part, String name, String rule) {
    super("%s name '%s' is not valid in CDI: %s".formatted(part.name().toLowerCase(), name, rule));
    this.part = part;
    this.name = name;
  }

  public Part part() {
    return part;
  }

  public String name() {
    return name;
  }
}
