package com.intel.dra.gpu.sysfs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes as the kernel expects it: to a file that exists, neither created nor truncated, the whole
 * value in one write(), since each write() is a command of its own.
 */
final class SysfsWriter implements AttributeWriter {

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
