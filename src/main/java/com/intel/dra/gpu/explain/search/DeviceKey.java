package com.intel.dra.gpu.explain.search;

/** The name of a device, which no other device in the cluster has. */
public record DeviceKey(PoolKey pool, String device) {

  public static DeviceKey of(String driver, String pool, String device) {
    return new DeviceKey(new PoolKey(driver, pool), device);
  }

  @Override
  public String toString() {
    return pool + "/" + device;
  }
}
