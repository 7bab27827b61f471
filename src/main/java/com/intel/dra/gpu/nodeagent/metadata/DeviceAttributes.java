package com.intel.dra.gpu.nodeagent.metadata;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.structured.ClaimResults;
import com.intel.dra.gpu.structured.GpuOffer;
import com.intel.dra.gpu.structured.PreparableDevice;
import com.intel.dra.kit.metadata.AttributeValue;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttribute;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** What a container is told of a device of its claim. Pure. */
final class DeviceAttributes {

  /** The health changes while the container runs, and the file does not. */
  private static final String HEALTH = "health";

  private static final String ADDRESS = "resource.kubernetes.io/pciBusID";

  private DeviceAttributes() {}

  /**
   * The attributes with which the device is published; the address of a VF too, which is made for
   * the claim; and what the claim has of the device.
   *
   * @param present finds a device that is on the node now, by its UID
   */
  static Map<String, AttributeValue> of(
      ClaimResults.Result result, GpuOffer offer, Function<String, Optional<Gpu>> present) {
    var told = new TreeMap<String, AttributeValue>();
    offer
        .attributes(result.device())
        .forEach((name, published) -> value(published).ifPresent(value -> told.put(name, value)));
    told.remove(HEALTH);
    Optional<PreparableDevice> device = offer.find(result.device());
    device
        .flatMap(found -> present.apply(found.uid().toString()))
        .ifPresent(gpu -> told.put(ADDRESS, new AttributeValue.Text(gpu.address().toString())));
    device.flatMap(found -> found.held(result.charge())).ifPresent(held -> tell(held, told));
    return told;
  }

  private static void tell(AllocatedDevice held, Map<String, AttributeValue> told) {
    if (held.memory() > 0) {
      told.put("memoryMiB", new AttributeValue.Number(held.memory()));
    }
    if (held.hasCountedShares()) {
      told.put("shares", new AttributeValue.Number(held.shares()));
      told.put("totalShares", new AttributeValue.Number(held.totalShares()));
    }
  }

  private static Optional<AttributeValue> value(DeviceAttribute published) {
    return Optional.ofNullable(published.getString())
        .<AttributeValue>map(AttributeValue.Text::new)
        .or(() -> Optional.ofNullable(published.getBool()).map(AttributeValue.Flag::new))
        .or(() -> Optional.ofNullable(published.getInt()).map(AttributeValue.Number::new))
        .or(() -> Optional.ofNullable(published.getVersion()).map(AttributeValue.Version::new));
  }
}
