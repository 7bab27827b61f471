package com.intel.dra.kit.served;

import jakarta.inject.Singleton;
import java.util.Optional;

/**
 * The version of resource.k8s.io to use. One object for each client: it is given to the client's
 * {@link ServedAddress} and {@link ServedJson}. Thread-safe.
 */
@Singleton
public final class ServedApi {

  private volatile Optional<ServedVersion> version = Optional.empty();

  /**
   * The version; empty until it is known. Requests go to the versions that the code has objects in
   * until then.
   */
  public Optional<ServedVersion> version() {
    return version;
  }

  /** Uses this version from the next request on. */
  public void use(ServedVersion served) {
    version = Optional.of(served);
  }

  /** The version, if its names or shapes differ from those of the objects in the code. */
  Optional<ServedVersion> translated() {
    return version.filter(served -> served != served.canonical());
  }
}
