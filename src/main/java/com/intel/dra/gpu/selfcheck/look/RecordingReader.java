package com.intel.dra.gpu.selfcheck.look;

import com.intel.dra.gpu.sysfs.files.Attribute;
import com.intel.dra.gpu.sysfs.files.Symlink;
import com.intel.dra.gpu.sysfs.files.SysfsReader;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;

/** Keeps what it reads. May be used by several threads. */
final class RecordingReader extends SysfsReader {

  private final ConcurrentSkipListMap<Path, NodeFile> files = new ConcurrentSkipListMap<>();

  /** Returns all files and links, by their paths, as they were read last. */
  List<NodeFile> files() {
    return List.copyOf(files.values());
  }

  @Override
  public Attribute read(Path file, int maxBytes) {
    Attribute read = super.read(file, maxBytes);
    files.put(
        file,
        switch (read) {
          case Attribute.Text(String content) -> new NodeFile.Text(file, content);
          case Attribute.Absent() -> new NodeFile.Absent(file);
          case Attribute.Unreadable(String why) -> new NodeFile.Unreadable(file, why);
        });
    return read;
  }

  @Override
  public Symlink readLink(Path link) {
    Symlink read = super.readLink(link);
    files.put(
        link,
        switch (read) {
          case Symlink.To(String target) -> new NodeFile.Link(link, target);
          case Symlink.Absent() -> new NodeFile.Absent(link);
          case Symlink.Unreadable(String why) -> new NodeFile.Unreadable(link, why);
        });
    return read;
  }
}
