package com.intel.dra.gpu.sysfs.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes as the kernel expects: to an existing file, which is neither created nor truncated, and
 * the whole value in one write(), because each write() is a separate command.
 */
public final class SysfsWriter implements AttributeWriter {

  @Override
  public void write(Path file, String value) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((value + "\n").getBytes(StandardCharsets.US_ASCII));
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(bytes);
    }
    if (bytes.hasRemaining()) {
      throw new IOException("the kernel took only a part of the value");
    }
  }
}
