package com.intel.dra.gpu.sysfs.drm;

import com.intel.dra.gpu.device.DrmNodes;
import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import com.intel.dra.kit.time.Deadline;
import com.intel.dra.kit.time.TimeLimitedQueries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Queries each device once and keeps the answer. Opening a node wakes the GPU up, and the process
 * that first opens a card may become its DRM master, so this must not happen every few seconds; and
 * the answer never changes while the device exists. The card's folder in sysfs shows that it is
 * still the same device, because the kernel gives every new folder a new number.
 *
 * <p>A driver may hang in the query. Therefore each device is queried on its own thread, and the
 * wait for all devices of one discovery is limited.
 */
final class RememberedMemory implements LocalMemoryQuery {

  private record Answer(Object folder, LocalMemory.Known memory) {}

  /**
   * @param folder empty if sysfs does not show the card
   */
  private record Device(DrmNodes nodes, Optional<Object> folder) {

    /** A part of a thread's name. */
    @Override
    public String toString() {
      return nodes.cardName();
    }
  }

  /** Enough for a device that is well, even if other devices have used up the time. */
  private static final Duration AT_LEAST = Duration.ofMillis(200);

  private final SysfsLayout layout;
  private final LocalMemoryQuery query;
  private final Duration patience;
  private final TimeLimitedQueries<Device, LocalMemory> questions =
      new TimeLimitedQueries<>("ask-for-memory-of-");
  private final Map<DrmNodes, Answer> answers = new ConcurrentHashMap<>();
  private volatile Deadline deadline;

  RememberedMemory(SysfsLayout layout, LocalMemoryQuery query, Duration patience) {
    this.layout = layout;
    this.query = query;
    this.patience = patience;
    this.deadline = Deadline.of(patience);
  }

  @Override
  public void lookBegins() {
    deadline = Deadline.of(patience);
  }

  @Override
  public LocalMemory of(DrmNodes nodes) {
    var device = new Device(nodes, folder(nodes));
    Answer before = answers.get(nodes);
    if (before != null && device.folder().filter(before.folder()::equals).isPresent()) {
      return before.memory();
    }
    Duration left = deadline.left();
    return questions
        .ask(device, () -> ask(device), left.compareTo(AT_LEAST) > 0 ? left : AT_LEAST)
        .orElseGet(
            () ->
                new LocalMemory.NoAnswer(
                    "the driver of %s does not say within %d s how much memory it has"
                        .formatted(nodes.cardName(), patience.toSeconds())));
  }

  /** Keeps the answer, even if no caller waits for it any more. */
  private LocalMemory ask(Device device) {
    LocalMemory now = query.of(device.nodes());
    if (now instanceof LocalMemory.Known known) {
      device.folder().ifPresent(key -> answers.put(device.nodes(), new Answer(key, known)));
    } else {
      answers.remove(device.nodes());
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
