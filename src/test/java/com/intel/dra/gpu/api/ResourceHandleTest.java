package com.intel.dra.gpu.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.intel.dra.gpu.api.ResourceHandle.Decoded;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceHandleTest {

  private static final AllocatedDevice GPU =
      new AllocatedDevice(4096, "", "", "gpu", "0000:b3:00.0-0x56c0");

  @Test
  void textIsTheDocumentedOne() {
    assertThat(new ResourceHandle(List.of(GPU)).encode())
        .isEqualTo(
            "{\"version\":1,\"devices\":[{\"memory\":4096,\"parentuid\":\"\",\"profile\":\"\","
                + "\"type\":\"gpu\",\"uid\":\"0000:b3:00.0-0x56c0\"}]}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  \n", "{}", "{\"count\":1,\"memory\":0,\"type\":\"gpu\"}"})
  void aHandleOfTheGoDriverNamesNoDevices(String text) {
    assertThat(ResourceHandle.decode(text)).isEqualTo(new Decoded.WithoutDevices());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "monitor",
        "[]",
        "{\"version\":1",
        "{\"version\":1}",
        "{\"version\":1,\"devices\":null}",
        "{\"version\":1,\"devices\":[null]}",
        "{\"version\":1,\"devices\":[{\"memory\":1}]}",
        "{\"version\":1,\"devices\":[{\"memory\":1,\"parentuid\":\"\",\"profile\":\"\",\"type\":\"gpu\",\"uid\":null}]}",
        "{\"version\":\"1\",\"devices\":[]}",
        "{\"version\":null,\"devices\":[]}"
      })
  void aDamagedHandleIsInvalid(String text) {
    assertThat(ResourceHandle.decode(text)).isInstanceOf(Decoded.Invalid.class);
  }

  @Test
  void aNewerVersionSaysWhatToDo() {
    assertThat(ResourceHandle.decode("{\"version\":2,\"devices\":[]}"))
        .isEqualTo(
            new Decoded.Invalid(
                "resource handle has version 2, this node agent reads version 1: update the node"
                    + " agent"));
  }

  @Test
  void unknownMembersAreIgnored() {
    assertThat(ResourceHandle.decode("{\"version\":1,\"devices\":[],\"later\":true}"))
        .isEqualTo(new Decoded.Valid(new ResourceHandle(List.of())));
  }

  @Test
  void aHandleLongerThanKubernetesTakesIsRefused() {
    var handle = new ResourceHandle(Collections.nCopies(200, GPU));

    assertThatThrownBy(handle::encode)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Kubernetes takes 16384");
    assertThat(ResourceHandle.decode(" ".repeat(ResourceHandle.MAX_BYTES) + "{}"))
        .isInstanceOf(Decoded.Invalid.class);
  }
}
