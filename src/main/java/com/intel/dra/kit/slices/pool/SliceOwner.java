package com.intel.dra.kit.slices.pool;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSliceBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSliceSpec;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSliceSpecBuilder;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes slices of one driver on one node. The Node owns them, so that they are deleted with it.
 *
 * @param nodeUid the Node's UID; a Node that is created again has another one
 */
public record SliceOwner(String driverName, String nodeName, String nodeUid) {

  /** Five digits, so that names sort like the indices: the scheduler orders slices by name. */
  private static final Pattern INDEX = Pattern.compile("([0-9a-f]{5,7})-.*");

  public ResourceSlice create(SliceLayout layout, int index, long generation) {
    var metadata =
        new ObjectMetaBuilder()
            .withGenerateName("%05x-%s-%s-".formatted(index, driverName, nodeName))
            .withOwnerReferences(reference())
            .build();
    return new ResourceSliceBuilder()
        .withMetadata(metadata)
        .withSpec(spec(layout, index, generation))
        .build();
  }

  /** The slice with new content and the resource version with which it was read. */
  ResourceSlice update(ResourceSlice slice, SliceLayout layout, int index, long generation) {
    var metadata =
        new ObjectMetaBuilder(slice.getMetadata()).withOwnerReferences(reference()).build();
    return new ResourceSliceBuilder()
        .withMetadata(metadata)
        .withSpec(spec(layout, index, generation))
        .build();
  }

  boolean owns(ResourceSlice slice) {
    return List.of(reference())
        .equals(NullAsEmpty.orEmpty(slice.getMetadata().getOwnerReferences()));
  }

  /**
   * The index with which a slice was made. The rest of the name is ignored, because the API server
   * truncates long names.
   */
  static OptionalInt indexOf(ResourceSlice slice) {
    Matcher name = INDEX.matcher(slice.getMetadata().getName());
    return name.matches()
        ? OptionalInt.of(Integer.parseInt(name.group(1), 16))
        : OptionalInt.empty();
  }

  private ResourceSliceSpec spec(SliceLayout layout, int index, long generation) {
    SliceLayout.Content content = layout.slices().get(index);
    return new ResourceSliceSpecBuilder()
        .withDriver(driverName)
        .withNodeName(nodeName)
        .withNewPool()
        .withName(layout.poolName())
        .withGeneration(generation)
        .withResourceSliceCount((long) layout.slices().size())
        .endPool()
        .withSharedCounters(content.counterSets())
        .withDevices(content.devices())
        .build();
  }

  private OwnerReference reference() {
    return new OwnerReferenceBuilder()
        .withApiVersion("v1")
        .withKind("Node")
        .withName(nodeName)
        .withUid(nodeUid)
        .withController(true)
        .build();
  }
}
