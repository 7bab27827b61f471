package com.intel.dra.gpu.explain.search;

import io.fabric8.kubernetes.api.model.resource.v1.DeviceTaint;
import java.util.Optional;

/**
 * A taint that an administrator gives to devices (DeviceTaintRule). A field that is not set fits
 * each device.
 */
public record TaintRule(
    String name,
    Optional<String> driver,
    Optional<String> pool,
    Optional<String> device,
    DeviceTaint taint) {

  boolean concerns(DeviceKey key) {
    return driver.filter(name -> !name.equals(key.pool().driver())).isEmpty()
        && pool.filter(name -> !name.equals(key.pool().pool())).isEmpty()
        && device.filter(name -> !name.equals(key.device())).isEmpty();
  }
}
