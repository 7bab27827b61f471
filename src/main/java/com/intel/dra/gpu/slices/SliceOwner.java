package com.intel.dra.gpu.slices;

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
 * Makes slices of one driver on one node, owned by the Node so that they go with it.
 *
 * @param nodeUid the Node's UID; a Node that is made anew has another one
 */
record SliceOwner(String driverName, String nodeName, String nodeUid) {

  /** Five digits so that names sort as the indices do: the scheduler goes by the names. */
  private static final Pattern INDEX = Pattern.compile("([0-9a-f]{5,7})-.*");

  ResourceSlice create(SliceLayout layout, int index, long generation) {
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

  /** The slice with other content, still with the version that it was read with. */
  ResourceSlice update(ResourceSlice slice, SliceLayout layout, int index, long generation) {
    var metadata =
        new ObjectMetaBuilder(slice.getMetadata()).withOwnerReferences(reference()).build();
    return new ResourceSliceBuilder()
        .withMetadata(metadata)
        .withSpec(spec(layout, index, generation))
        .build();
  }

  boolean owns(ResourceSlice slice) {
    return List.of(reference()).equals(Absent.orEmpty(slice.getMetadata().getOwnerReferences()));
  }

  /**
   * The index that a slice was made with. The rest of the name is not looked at: the API server
   * cuts long ones.
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
