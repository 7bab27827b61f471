package com.intel.dra.gpu.sysfs.drm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import com.intel.dra.gpu.device.DrmNodes;
import com.intel.dra.gpu.sysfs.files.SysfsReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Queries i915 and xe for memory regions through the render node and, if that does not answer,
 * through the card. Sources: the kernel's include/uapi/drm/{drm,i915_drm,xe_drm}.h; numbers and
 * layouts are those of x86-64 and arm64.
 *
 * @param dri the folder of the DRM nodes
 */
record DrmMemoryQuery(Path dri, DrmFiles files) implements LocalMemoryQuery {

  static final int DRM_IOCTL_VERSION = 0xC0406400;
  static final int DRM_IOCTL_I915_QUERY = 0xC0106479;
  static final int DRM_IOCTL_XE_DEVICE_QUERY = 0xC0286440;

  private static final int VERSION_BYTES = 64;
  private static final int VERSION_NAME_LENGTH = 16;
  private static final int VERSION_NAME = 24;

  /** Longer than the name of any supported driver. */
  private static final int NAME_BYTES = 16;

  private static final long I915_QUERY_MEMORY_REGIONS = 4;
  private static final int I915_QUERY_BYTES = 16;
  private static final int I915_QUERY_NUM_ITEMS = 0;
  private static final int I915_QUERY_ITEMS = 8;
  private static final int I915_ITEM_BYTES = 24;
  private static final int I915_ITEM_ID = 0;
  private static final int I915_ITEM_LENGTH = 8;
  private static final int I915_ITEM_DATA = 16;

  private static final int XE_QUERY_MEM_REGIONS = 1;
  private static final int XE_QUERY_BYTES = 40;
  private static final int XE_QUERY_ID = 8;
  private static final int XE_QUERY_SIZE = 12;
  private static final int XE_QUERY_DATA = 16;

  /** Both answers start with 64-bit fields. */
  private static final int ANSWER_ALIGNMENT = 8;

  /** Larger than any valid answer: if a driver asks for more, its answer is not understood. */
  private static final int MAX_ANSWER_BYTES = 1 << 16;

  @Override
  public LocalMemory of(DrmNodes nodes) {
    Optional<LocalMemory> onRender = nodes.renderName().map(this::query);
    if (onRender.isPresent() && onRender.get() instanceof LocalMemory.Known) {
      return onRender.get();
    }
    LocalMemory onCard = query(nodes.cardName());
    // The render node gives the better reason, because it is the node meant for such queries.
    return onCard instanceof LocalMemory.Known ? onCard : onRender.orElse(onCard);
  }

  private LocalMemory query(String name) {
    Path node = dri.resolve(name);
    try (DrmFiles.DrmFile file = files.open(node);
        Arena arena = Arena.ofConfined()) {
      String driver = driver(file, arena);
      MemoryRegions kind;
      MemorySegment answer;
      switch (driver) {
        case "i915" -> {
          kind = MemoryRegions.I915;
          answer = i915(file, arena, node);
        }
        case "xe" -> {
          kind = MemoryRegions.XE;
          answer = xe(file, arena, node);
        }
        default -> {
          return new LocalMemory.Failed(
              "%s is of the driver %s".formatted(node, SysfsReader.quote(driver)));
        }
      }
      OptionalLong bytes = kind.deviceBytes(answer);
      return bytes.isPresent()
          ? new LocalMemory.Known(bytes.getAsLong(), name)
          : new LocalMemory.Failed("%s: %s gave no list of regions".formatted(node, driver));
    } catch (DrmException e) {
      return failure(e);
    }
  }

  private static LocalMemory failure(DrmException e) {
    String why = String.valueOf(e.getMessage());
    return switch (e.errno()) {
      case DrmErrno.ENOENT, DrmErrno.ENXIO, DrmErrno.ENODEV -> new LocalMemory.NoSuchDevice(why);
      case DrmErrno.EACCES, DrmErrno.EPERM -> new LocalMemory.Denied(why);
      default -> new LocalMemory.Failed(why);
    };
  }

  private static String driver(DrmFiles.DrmFile file, Arena arena) throws DrmException {
    MemorySegment version = arena.allocate(VERSION_BYTES, ANSWER_ALIGNMENT);
    MemorySegment name = arena.allocate(NAME_BYTES);
    version.set(JAVA_LONG, VERSION_NAME_LENGTH, NAME_BYTES);
    version.set(ADDRESS, VERSION_NAME, name);
    file.ioctl(DRM_IOCTL_VERSION, version);
    // The driver reports the full length of the name, even if the name did not fit.
    long length = Math.clamp(version.get(JAVA_LONG, VERSION_NAME_LENGTH), 0, NAME_BYTES);
    return new String(name.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.ISO_8859_1);
  }

  private static MemorySegment i915(DrmFiles.DrmFile file, Arena arena, Path node)
      throws DrmException {
    MemorySegment item = arena.allocate(I915_ITEM_BYTES, ANSWER_ALIGNMENT);
    item.set(JAVA_LONG, I915_ITEM_ID, I915_QUERY_MEMORY_REGIONS);
    MemorySegment query = arena.allocate(I915_QUERY_BYTES, ANSWER_ALIGNMENT);
    query.set(JAVA_INT, I915_QUERY_NUM_ITEMS, 1);
    query.set(ADDRESS, I915_QUERY_ITEMS, item);
    file.ioctl(DRM_IOCTL_I915_QUERY, query);
    MemorySegment answer = arena.allocate(i915Length(item, node), ANSWER_ALIGNMENT);
    item.set(ADDRESS, I915_ITEM_DATA, answer);
    file.ioctl(DRM_IOCTL_I915_QUERY, query);
    return answer.asSlice(0, Math.min(i915Length(item, node), answer.byteSize()));
  }

  /** Returns the length that i915 set. i915 may set a negated error number instead. */
  private static long i915Length(MemorySegment item, Path node) throws DrmException {
    int length = item.get(JAVA_INT, I915_ITEM_LENGTH);
    if (length < 0) {
      throw new DrmException("memory region query of i915 on " + node, -length);
    }
    return answerLength(length, node);
  }

  private static MemorySegment xe(DrmFiles.DrmFile file, Arena arena, Path node)
      throws DrmException {
    MemorySegment query = arena.allocate(XE_QUERY_BYTES, ANSWER_ALIGNMENT);
    query.set(JAVA_INT, XE_QUERY_ID, XE_QUERY_MEM_REGIONS);
    file.ioctl(DRM_IOCTL_XE_DEVICE_QUERY, query);
    MemorySegment answer =
        arena.allocate(answerLength(query.get(JAVA_INT, XE_QUERY_SIZE), node), ANSWER_ALIGNMENT);
    query.set(ADDRESS, XE_QUERY_DATA, answer);
    file.ioctl(DRM_IOCTL_XE_DEVICE_QUERY, query);
    return answer;
  }

  private static long answerLength(int length, Path node) throws DrmException {
    if (length <= 0 || length > MAX_ANSWER_BYTES) {
      throw new DrmException(
          "query with an answer of %d bytes on %s".formatted(length, node), DrmErrno.EINVAL);
    }
    return length;
  }
}
