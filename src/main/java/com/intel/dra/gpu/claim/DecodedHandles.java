package com.intel.dra.gpu.claim;

import com.intel.dra.gpu.api.ResourceHandle;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the handles of late said. A node is judged by all claims that hold devices of it, so the
 * same texts are asked for again and again; claims with the same devices even have the same text.
 * Safe for threads.
 */
final class DecodedHandles {

  /** Of a longer one, which has many devices, keeping it would cost more than reading it. */
  private static final int LONGEST_CHARS = 1024;

  private final Map<String, ResourceHandle.Decoded> recent;

  /**
   * @param most to be remembered
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

  /** The same as {@link ResourceHandle#decode}. */
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
