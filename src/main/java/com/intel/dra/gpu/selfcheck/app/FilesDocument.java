package com.intel.dra.gpu.selfcheck.app;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.intel.dra.gpu.selfcheck.look.NodeFile;
import com.intel.dra.gpu.selfcheck.look.NodeFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** What {@code --files} prints. One file at a time is in memory. */
record FilesDocument(String node, NodeFiles files) {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  void print(OutputStream to) throws IOException {
    try (JsonGenerator json = JSON.createGenerator(to)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeStringField("node", node);
      json.writeArrayFieldStart("files");
      for (NodeFile file : files.ofTheKernel()) {
        write(json, file);
      }
      for (Path path : files.own()) {
        write(json, NodeFiles.read(path));
      }
      json.writeEndArray();
      json.writeEndObject();
    }
  }

  private static void write(JsonGenerator json, NodeFile file) throws IOException {
    json.writeStartObject();
    json.writeStringField("path", file.path().toString());
    switch (file) {
      case NodeFile.Text(Path _, String content) -> json.writeStringField("content", content);
      case NodeFile.Link(Path _, String target) -> json.writeStringField("link", target);
      case NodeFile.Absent(Path _) -> json.writeBooleanField("absent", true);
      case NodeFile.Unreadable(Path _, String why) -> json.writeStringField("problem", why);
    }
    json.writeEndObject();
  }
}
