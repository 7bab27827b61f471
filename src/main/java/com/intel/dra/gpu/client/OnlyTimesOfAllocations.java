package com.intel.dra.gpu.client;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntryBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.kubernetes.client.KubernetesClientObjectMapperCustomizer;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Makes the node agent's Kubernetes client read of {@code metadata.managedFields} only when a
 * claim's allocation was written, which Kubernetes before 1.36 says nowhere else. As objects all of
 * them take more memory than the rest of a ResourceClaim, and users choose names in them.
 */
@Singleton
@IfBuildProfile("node-agent")
public final class OnlyTimesOfAllocations implements KubernetesClientObjectMapperCustomizer {

  private static final String STATUS = "f:status";
  private static final String ALLOCATION = "f:allocation";

  @Override
  public void customize(ObjectMapper mapper) {
    mapper.addMixIn(ObjectMeta.class, Metadata.class);
  }

  private abstract static class Metadata {

    @SuppressWarnings("UnusedMethod") // only the annotation is
    @JsonDeserialize(using = Entries.class)
    abstract void setManagedFields(List<ManagedFieldsEntry> entries);
  }

  private static final class Entries extends JsonDeserializer<List<ManagedFieldsEntry>> {

    @Override
    public List<ManagedFieldsEntry> deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      var entries = new ArrayList<ManagedFieldsEntry>();
      if (!parser.isExpectedStartArrayToken()) {
        parser.skipChildren();
        return entries;
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
          add(parser, entries);
        } else {
          parser.skipChildren();
        }
      }
      return entries;
    }

    private static void add(JsonParser parser, List<ManagedFieldsEntry> entries)
        throws IOException {
      String time = "";
      boolean isOfTheAllocation = false;
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (name.equals("time") && value == JsonToken.VALUE_STRING) {
          time = parser.getText();
        } else if (name.equals("fieldsV1")) {
          isOfTheAllocation = has(parser, STATUS, ALLOCATION);
        } else {
          parser.skipChildren();
        }
      }
      if (isOfTheAllocation) {
        var fields = new FieldsV1();
        fields.setAdditionalProperty(STATUS, Map.of(ALLOCATION, Map.of()));
        entries.add(new ManagedFieldsEntryBuilder().withTime(time).withFieldsV1(fields).build());
      }
    }

    /** Reads the current value to its end. Returns whether it has the first in the second. */
    private static boolean has(JsonParser parser, String outer, String inner) throws IOException {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        parser.skipChildren();
        return false;
      }
      boolean found = false;
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        boolean isIt = parser.currentName().equals(outer);
        parser.nextToken();
        if (!isIt) {
          parser.skipChildren();
        } else if (inner.isEmpty()) {
          found = true;
          parser.skipChildren();
        } else {
          found = has(parser, inner, "");
        }
      }
      return found;
    }
  }
}
