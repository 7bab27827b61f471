package com.intel.dra.gpu.sysfs;

import com.intel.dra.gpu.device.DrmNodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Queries each device once and keeps the answer. Opening a node wakes the GPU up, and the process
 * that first opens a card may become its DRM master, so this must not happen every few seconds; and
 * the answer never changes while the device exists. The card's folder in sysfs shows that it is
 * still the same device, because the kernel gives every new folder a new number.
 */
final class RememberedMemory implements LocalMemoryQuery {

  private record Answer(Object folder, LocalMemory.Known memory) {}

  private final SysfsLayout layout;
  private final LocalMemoryQuery query;
  private final Map<DrmNodes, Answer> answers = new HashMap<>();

  RememberedMemory(SysfsLayout layout, LocalMemoryQuery query) {
    this.layout = layout;
    this.query = query;
  }

  @Override
  public synchronized LocalMemory of(DrmNodes nodes) {
    Optional<Object> folder = folder(nodes);
    Answer before = answers.get(nodes);
    if (before != null && folder.filter(before.folder()::equals).isPresent()) {
      return before.memory();
    }
    answers.remove(nodes);
    LocalMemory now = query.of(nodes);
    if (now instanceof LocalMemory.Known known) {
      folder.ifPresent(key -> answers.put(nodes, new Answer(key, known)));
    }
    return now;
  }

  private Optional<Object> folder(DrmNodes nodes) {
    try {
      return Optional.ofNullable(
          Files.readAttributes(layout.drmCard(nodes.cardIndex()), BasicFileAttributes.class)
              .fileKey());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
