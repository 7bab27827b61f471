package com.intel.dra.kit.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A channel to a real file, of which reads or syncs fail. */
final class FaultyChannel extends FileChannel {

  private final FileChannel real;
  private final long unreadableFrom;
  private final boolean syncsFail;

  private FaultyChannel(FileChannel real, long unreadableFrom, boolean syncsFail) {
    this.real = real;
    this.unreadableFrom = unreadableFrom;
    this.syncsFail = syncsFail;
  }

  /** What is at this offset or behind it cannot be read. */
  static FaultyChannel unreadable(FileChannel real, long from) {
    return new FaultyChannel(real, from, false);
  }

  static FaultyChannel withoutSync(FileChannel real) {
    return new FaultyChannel(real, Long.MAX_VALUE, true);
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    if (position >= unreadableFrom) {
      throw new IOException("Input/output error");
    }
    return real.read(target, position);
  }

  @Override
  public int write(ByteBuffer source, long position) throws IOException {
    return real.write(source, position);
  }

  @Override
  public void force(boolean metadata) throws IOException {
    if (syncsFail) {
      throw new IOException("Input/output error");
    }
    real.force(metadata);
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return real.read(target);
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    return real.read(targets, offset, length);
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return real.write(source);
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    return real.write(sources, offset, length);
  }

  @Override
  public long position() throws IOException {
    return real.position();
  }

  @Override
  public FileChannel position(long position) throws IOException {
    real.position(position);
    return this;
  }

  @Override
  public long size() throws IOException {
    return real.size();
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    real.truncate(size);
    return this;
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
    return real.transferTo(position, count, target);
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count)
      throws IOException {
    return real.transferFrom(source, position, count);
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
    return real.map(mode, position, size);
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) throws IOException {
    return real.lock(position, size, shared);
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) throws IOException {
    return real.tryLock(position, size, shared);
  }

  @Override
  protected void implCloseChannel() throws IOException {
    real.close();
  }
}
