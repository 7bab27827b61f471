package com.intel.dra.kit.served;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContext;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimStatus;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceHandleBuilder;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Reads objects with the names and in the shape of any version, so that they have those of the
 * models afterwards. What the models do not know is among the additional properties, and is moved
 * to where it belongs.
 */
final class ServedReading extends BeanDeserializerModifier {

  private static final long serialVersionUID = 1L;

  private final transient ObjectMapper mapper;

  ServedReading(ObjectMapper mapper) {
    this.mapper = mapper;
  }

  @Override
  public JsonDeserializer<?> modifyDeserializer(
      DeserializationConfig config, BeanDescription type, JsonDeserializer<?> deserializer) {
    Class<?> read = type.getBeanClass();
    if (Device.class.equals(read)) {
      return new Reshaping(deserializer, device -> canonical((Device) device));
    }
    if (ResourceClaimStatus.class.equals(read)) {
      return new Reshaping(deserializer, status -> canonical((ResourceClaimStatus) status));
    }
    if (ServedNames.isModel(read) && HasMetadata.class.isAssignableFrom(read)) {
      String apiVersion = HasMetadata.getApiVersion(read.asSubclass(HasMetadata.class));
      return new Reshaping(deserializer, object -> named((HasMetadata) object, apiVersion));
    }
    return deserializer;
  }

  /** The client takes the address of a write from the object. */
  private static HasMetadata named(HasMetadata read, String apiVersion) {
    read.setApiVersion(apiVersion);
    if (read instanceof PodSchedulingContext context) {
      context.setKind(ServedNames.KIND);
    }
    return read;
  }

  private Device canonical(Device read) {
    if (!(read.getAdditionalProperties().get("basic") instanceof Map<?, ?> basic)) {
      return read;
    }
    var fields = new HashMap<Object, Object>(basic);
    fields.put("name", read.getName());
    if (basic.get("capacity") instanceof Map<?, ?> capacity) {
      var amounts = new HashMap<Object, Object>(capacity);
      amounts.replaceAll((_, amount) -> amount instanceof Map ? amount : Map.of("value", amount));
      fields.put("capacity", amounts);
    }
    return mapper.convertValue(fields, Device.class);
  }

  private static ResourceClaimStatus canonical(ResourceClaimStatus read) {
    AllocationResult allocation = read.getAllocation();
    if (allocation != null
        && allocation.getAdditionalProperties().remove("resourceHandle") instanceof String data) {
      allocation.setResourceHandles(
          List.of(
              new ResourceHandleBuilder()
                  .withDriverName(read.getDriverName())
                  .withData(data)
                  .build()));
    }
    return read;
  }

  private static final class Reshaping extends DelegatingDeserializer {

    private static final long serialVersionUID = 1L;

    private final transient UnaryOperator<Object> canonical;

    Reshaping(JsonDeserializer<?> deserializer, UnaryOperator<Object> canonical) {
      super(deserializer);
      this.canonical = canonical;
    }

    @Override
    protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> deserializer) {
      return new Reshaping(deserializer, canonical);
    }

    @Override
    public Object deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      return canonical.apply(super.deserialize(parser, context));
    }
  }
}
