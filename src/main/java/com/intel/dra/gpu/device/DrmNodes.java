package com.intel.dra.gpu.device;

import java.util.Optional;
import java.util.OptionalInt;

/** The DRM device nodes of a GPU or VF: {@code card<N>} and, if present, {@code renderD<M>}. */
public record DrmNodes(int cardIndex, OptionalInt renderIndex) {

  /** Whether both have a device node in common. */
  public boolean overlap(DrmNodes other) {
    return cardIndex == other.cardIndex
        || (renderIndex.isPresent() && renderIndex.equals(other.renderIndex));
  }

  public String cardName() {
    return "card" + cardIndex;
  }

  public Optional<String> renderName() {
    return renderIndex.isPresent()
        ? Optional.of("renderD" + renderIndex.getAsInt())
        : Optional.empty();
  }
}
