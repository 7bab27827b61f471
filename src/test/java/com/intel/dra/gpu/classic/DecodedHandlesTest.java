package com.intel.dra.gpu.classic;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ResourceHandle;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class DecodedHandlesTest {

  private final DecodedHandles handles = new DecodedHandles(2);

  private static String handle(int memoryMiB) {
    return new ResourceHandle(List.of(device(memoryMiB))).encode();
  }

  private static AllocatedDevice device(int memoryMiB) {
    return new AllocatedDevice(memoryMiB, "", "", "gpu", "0000:b3:00.0-0x56c0");
  }

  @Test
  void whatIsRememberedIsWhatTheTextSays() {
    for (String text : List.of(handle(1), "", "{}", "no JSON", "{\"version\":2}")) {
      assertThat(handles.decode(text)).isEqualTo(ResourceHandle.decode(text));
      assertThat(handles.decode(text)).as("again").isEqualTo(ResourceHandle.decode(text));
    }
  }

  @Test
  void aTextThatIsKnownIsNotReadAgain() {
    ResourceHandle.Decoded first = handles.decode(handle(1));
    assertThat(handles.decode(handle(1))).isSameAs(first);
  }

  @Test
  void onlySoManyAreRememberedAndThoseAskedForLast() {
    ResourceHandle.Decoded one = handles.decode(handle(1));
    ResourceHandle.Decoded two = handles.decode(handle(2));
    assertThat(handles.decode(handle(1))).isSameAs(one);
    handles.decode(handle(3));
    assertThat(handles.size()).isEqualTo(2);
    assertThat(handles.decode(handle(1))).isSameAs(one);
    assertThat(handles.decode(handle(2))).isNotSameAs(two).isEqualTo(two);
  }

  @Test
  void aLongOneIsNotRemembered() {
    String text = new ResourceHandle(Collections.nCopies(20, device(1))).encode();
    assertThat(handles.decode(text)).isEqualTo(ResourceHandle.decode(text));
    assertThat(handles.size()).isZero();
  }
}
