package com.intel.dra.gpu.bench;

/** Parts of the GpuAllocationState of a node that exists only as an object. */
public final class NodeRecordYaml {

  private NodeRecordYaml() {}

  /** Returns entries of {@code spec.allocatable} for that many equal Flex 170, indented by four. */
  public static String gpus(int count) {
    var gpus = new StringBuilder();
    for (int bus = 0; bus < count; bus++) {
      String uid = uid(bus);
      gpus.append(
          "    %s: {uid: \"%s\", model: \"0x56c0\", memory: 14248, type: gpu, parentuid: \"\", maxvfs: 31}\n"
              .formatted(uid, uid));
    }
    return gpus.toString();
  }

  static String uid(int gpu) {
    return "0000:%02x:00.0-0x56c0".formatted(0x10 + gpu);
  }
}
