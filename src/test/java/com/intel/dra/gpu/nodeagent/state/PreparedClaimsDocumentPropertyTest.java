package com.intel.dra.gpu.nodeagent.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.nodeagent.state.PreparedClaimsDocument.Decoded;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class PreparedClaimsDocumentPropertyTest {

  @Property(tries = 200)
  void whatIsEncodedIsDecodedAgain(@ForAll("documents") PreparedClaimsDocument document) {
    assertThat(PreparedClaimsDocument.decode(document.encode()))
        .isEqualTo(new Decoded.Valid(document));
  }

  @Property(tries = 200)
  void aTornFileIsNoticed(
      @ForAll("documents") PreparedClaimsDocument document, @ForAll("parts") double part) {
    byte[] whole = document.encode();
    byte[] torn = java.util.Arrays.copyOf(whole, (int) (whole.length * part));

    assertThat(PreparedClaimsDocument.decode(torn)).isInstanceOf(Decoded.Damaged.class);
  }

  @Provide
  Arbitrary<Double> parts() {
    return Arbitraries.doubles().between(0, 0.99);
  }

  @Provide
  Arbitrary<PreparedClaimsDocument> documents() {
    Arbitrary<String> text = Arbitraries.strings().ofMaxLength(20);
    Arbitrary<AllocatedDevice> device =
        Combinators.combine(Arbitraries.integers().between(0, 99_999), text, text, text, text)
            .as(AllocatedDevice::new);
    Arbitrary<PreparedClaim> claim =
        Combinators.combine(text, text, device.list().ofMaxSize(3)).as(PreparedClaim::new);
    return Combinators.combine(
            text,
            Arbitraries.of(true, false),
            text.set().ofMaxSize(3),
            text.set().ofMaxSize(3),
            text.set().ofMaxSize(3),
            Arbitraries.maps(text, claim).ofMaxSize(2),
            Arbitraries.maps(text, claim).ofMaxSize(4))
        .as(PreparedClaimsDocument::new);
  }
}
