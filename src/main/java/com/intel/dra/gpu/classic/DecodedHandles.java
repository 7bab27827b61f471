package com.intel.dra.gpu.classic;

import com.intel.dra.gpu.api.ResourceHandle;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A cache of recently decoded handles. Judging a node reads all claims that hold devices of it, so
 * the same texts are decoded repeatedly; claims with the same devices even have the same text.
 * Thread-safe.
 */
final class DecodedHandles {

  /**
   * Longer texts, which have many devices, are not cached: keeping them would cost more than
   * decoding them.
   */
  private static final int LONGEST_CHARS = 1024;

  private final Map<String, ResourceHandle.Decoded> recent;

  /**
   * @param most the largest number of cached handles
   */
  DecodedHandles(int most) {
    recent =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, ResourceHandle.Decoded> eldest) {
            return size() > most;
          }
        };
  }

  /** Returns the same as {@link ResourceHandle#decode}. */
  ResourceHandle.Decoded decode(String text) {
    if (text.length() > LONGEST_CHARS) {
      return ResourceHandle.decode(text);
    }
    synchronized (recent) {
      return recent.computeIfAbsent(text, ResourceHandle::decode);
    }
  }

  int size() {
    synchronized (recent) {
      return recent.size();
    }
  }
}
