package com.intel.dra.gpu.simulator.fuse;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * One request of the kernel.
 *
 * @param unique the number by which the kernel matches the answer to the request
 * @param node the file, as the number given in an earlier answer
 * @param body the bytes after the header
 */
record Request(int operation, long unique, long node, ByteBuffer body) {

  static final int HEADER_SIZE = 40;

  // include/uapi/linux/fuse.h, enum fuse_opcode
  static final int LOOKUP = 1;
  static final int FORGET = 2;
  static final int GETATTR = 3;
  static final int SETATTR = 4;
  static final int READLINK = 5;
  static final int SYMLINK = 6;
  static final int MKNOD = 8;
  static final int MKDIR = 9;
  static final int UNLINK = 10;
  static final int RMDIR = 11;
  static final int RENAME = 12;
  static final int LINK = 13;
  static final int OPEN = 14;
  static final int READ = 15;
  static final int WRITE = 16;
  static final int STATFS = 17;
  static final int RELEASE = 18;
  static final int FSYNC = 20;
  static final int INIT = 26;
  static final int OPENDIR = 27;
  static final int READDIR = 28;
  static final int RELEASEDIR = 29;
  static final int CREATE = 35;
  static final int INTERRUPT = 36;
  static final int DESTROY = 38;
  static final int BATCH_FORGET = 42;
  static final int RENAME2 = 45;

  static Request parse(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    return new Request(
        buffer.getInt(4),
        buffer.getLong(8),
        buffer.getLong(16),
        buffer.slice(HEADER_SIZE, bytes.length - HEADER_SIZE).order(ByteOrder.nativeOrder()));
  }

  /** The body as a name that ends with a zero byte. */
  String name() {
    int end = 0;
    while (body.get(end) != 0) {
      end++;
    }
    return text(0, end);
  }

  /** Returns {@code length} bytes of the body as text. */
  String text(int offset, int length) {
    byte[] bytes = new byte[length];
    body.get(offset, bytes);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
