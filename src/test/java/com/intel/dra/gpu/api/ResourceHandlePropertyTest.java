package com.intel.dra.gpu.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.ResourceHandle.Decoded;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ResourceHandlePropertyTest {

  @Property(tries = 200)
  void whatIsEncodedIsDecodedAgain(@ForAll("handles") ResourceHandle handle) {
    assertThat(ResourceHandle.decode(handle.encode())).isEqualTo(new Decoded.Valid(handle));
  }

  @Provide
  Arbitrary<ResourceHandle> handles() {
    Arbitrary<String> text = Arbitraries.strings().ofMaxLength(40);
    return Combinators.combine(
            Arbitraries.integers().between(0, GpuApi.MAX_MEMORY_MIB), text, text, text, text)
        .as(AllocatedDevice::new)
        .list()
        .ofMaxSize(GpuApi.MAX_DEVICES_PER_CLAIM)
        .map(ResourceHandle::new);
  }
}
