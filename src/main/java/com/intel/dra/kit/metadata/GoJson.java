package com.intel.dra.kit.metadata;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** JSON byte for byte as Go's encoding/json indents it. */
final class GoJson {

  private static final ObjectWriter WRITER = writer();

  private GoJson() {}

  static byte[] bytes(JsonNode json) {
    try {
      return WRITER.writeValueAsString(json).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("JSON nodes can be written", e);
    }
  }

  private static ObjectWriter writer() {
    var indenter = new DefaultIndenter("  ", "\n");
    var printer =
        new DefaultPrettyPrinter(
                Separators.createDefaultInstance()
                    .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                    .withObjectEmptySeparator("")
                    .withArrayEmptySeparator(""))
            .withArrayIndenter(indenter)
            .withObjectIndenter(indenter);
    var mapper = JsonMapper.builder().disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE).build();
    return mapper.writer(printer).with(new ForHtml());
  }

  /** Go also escapes what would end a script in HTML. */
  private static final class ForHtml extends CharacterEscapes {

    private static final long serialVersionUID = 1L;

    private static final String ESCAPED = "<>&\u2028\u2029";

    @Override
    public int[] getEscapeCodesForAscii() {
      int[] codes = standardAsciiEscapesForJSON();
      ESCAPED.chars().filter(ch -> ch < codes.length).forEach(ch -> codes[ch] = ESCAPE_CUSTOM);
      return codes;
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int ch) {
      return ESCAPED.indexOf(ch) < 0 ? null : new SerializedString("\\u%04x".formatted(ch));
    }
  }
}
