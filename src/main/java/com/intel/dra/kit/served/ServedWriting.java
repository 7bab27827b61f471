package com.intel.dra.kit.served;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.BeanPropertyWriter;
import com.fasterxml.jackson.databind.ser.BeanSerializerModifier;
import com.fasterxml.jackson.databind.ser.ContextualSerializer;
import com.fasterxml.jackson.databind.ser.ResolvableSerializer;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.AllocationResult;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Writes objects with the names and in the shape of the version that is served. */
final class ServedWriting extends BeanSerializerModifier {

  private static final long serialVersionUID = 1L;

  private final transient ServedApi api;

  ServedWriting(ServedApi api) {
    this.api = api;
  }

  /** Replaces the writers of apiVersion and kind. */
  @Override
  public List<BeanPropertyWriter> changeProperties(
      SerializationConfig config, BeanDescription type, List<BeanPropertyWriter> properties) {
    if (ServedNames.isModel(type.getBeanClass())
        || ObjectReference.class.equals(type.getBeanClass())) {
      properties.replaceAll(
          property ->
              switch (property.getName()) {
                case "apiVersion" -> new NameWriter(property, api, ServedNames::apiVersion);
                case "kind" -> new NameWriter(property, api, ServedNames::kind);
                default -> property;
              });
    }
    return properties;
  }

  /** Replaces the serializers of what has another shape. */
  @Override
  public JsonSerializer<?> modifySerializer(
      SerializationConfig config, BeanDescription type, JsonSerializer<?> serializer) {
    if (Device.class.equals(type.getBeanClass())) {
      return new ShapeWriter(serializer, api, ServedWriting::reshapeDevice);
    }
    return AllocationResult.class.equals(type.getBeanClass())
        ? new ShapeWriter(serializer, api, ServedWriting::reshapeAllocation)
        : serializer;
  }

  private static void reshapeDevice(ObjectNode device, ServedVersion served) {
    if (!served.hasBasicDevices()) {
      return;
    }
    ObjectNode basic = device.deepCopy();
    basic.remove("name");
    if (served.hasPlainCapacities() && basic.get("capacity") instanceof ObjectNode capacity) {
      capacity.properties().forEach(entry -> entry.setValue(entry.getValue().path("value")));
    }
    device.retain("name");
    device.set("basic", basic);
  }

  private static void reshapeAllocation(ObjectNode allocation, ServedVersion served) {
    if (!served.hasOneHandle()) {
      return;
    }
    JsonNode data = allocation.path("resourceHandles").path(0).path("data");
    allocation.remove("resourceHandles");
    if (data.isTextual()) {
      allocation.set("resourceHandle", data);
    }
  }

  private interface Naming {
    String name(String canonical, ServedVersion served);
  }

  private static final class NameWriter extends BeanPropertyWriter {

    private static final long serialVersionUID = 1L;

    private final transient BeanPropertyWriter canonical;
    private final transient ServedApi api;
    private final transient Naming naming;

    NameWriter(BeanPropertyWriter canonical, ServedApi api, Naming naming) {
      super(canonical);
      this.canonical = canonical;
      this.api = api;
      this.naming = naming;
    }

    @Override
    public void serializeAsField(Object bean, JsonGenerator json, SerializerProvider provider)
        throws Exception {
      Optional<ServedVersion> served = api.translated();
      if (served.isPresent() && get(bean) instanceof String name) {
        json.writeStringField(getName(), naming.name(name, served.get()));
      } else {
        canonical.serializeAsField(bean, json, provider);
      }
    }
  }

  private static final class ShapeWriter extends JsonSerializer<Object>
      implements ContextualSerializer, ResolvableSerializer {

    private static final ObjectMapper TREES = new ObjectMapper();

    private final JsonSerializer<Object> canonical;
    private final ServedApi api;
    private final BiConsumer<ObjectNode, ServedVersion> reshape;

    @SuppressWarnings("unchecked") // Jackson does not say which type a serializer is for
    ShapeWriter(
        JsonSerializer<?> canonical, ServedApi api, BiConsumer<ObjectNode, ServedVersion> reshape) {
      this.canonical = (JsonSerializer<Object>) canonical;
      this.api = api;
      this.reshape = reshape;
    }

    @Override
    public JsonSerializer<?> createContextual(
        SerializerProvider provider, @Nullable BeanProperty property) throws JsonMappingException {
      JsonSerializer<?> contextual = provider.handleSecondaryContextualization(canonical, property);
      return contextual.equals(canonical) ? this : new ShapeWriter(contextual, api, reshape);
    }

    @Override
    public void resolve(SerializerProvider provider) throws JsonMappingException {
      if (canonical instanceof ResolvableSerializer resolvable) {
        resolvable.resolve(provider);
      }
    }

    @Override
    public void serialize(Object value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      Optional<ServedVersion> served = api.translated();
      if (served.isEmpty()) {
        canonical.serialize(value, json, provider);
        return;
      }
      ObjectNode tree;
      try (var buffer = new TokenBuffer(TREES, false)) {
        canonical.serialize(value, buffer, provider);
        tree = TREES.readTree(buffer.asParser());
      }
      reshape.accept(tree, served.get());
      json.writeTree(tree);
    }

    @Override
    public void serializeWithType(
        Object value, JsonGenerator json, SerializerProvider provider, TypeSerializer type)
        throws IOException {
      serialize(value, json, provider);
    }

    @Override
    public boolean isEmpty(SerializerProvider provider, Object value) {
      return canonical.isEmpty(provider, value);
    }
  }
}
