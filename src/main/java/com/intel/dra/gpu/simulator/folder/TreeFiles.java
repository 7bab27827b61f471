package com.intel.dra.gpu.simulator.folder;

import com.intel.dra.gpu.simulator.fuse.TreeEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/**
 * Makes ordinary files with the modes of sysfs, whatever the umask is; links are never followed.
 */
final class TreeFiles {

  private TreeFiles() {}

  static void write(Path path, TreeEntry entry) throws IOException {
    switch (entry) {
      case TreeEntry.Folder folder -> {
        makeFolder(path);
        for (Map.Entry<String, TreeEntry> child : folder.children().entrySet()) {
          write(path.resolve(child.getKey()), child.getValue());
        }
      }
      case TreeEntry.Attribute(String content, boolean writable) -> {
        Files.writeString(path, content + "\n");
        setMode(path, writable ? "rw-r--r--" : "r--r--r--");
      }
      case TreeEntry.Link(String target) ->
          Files.createSymbolicLink(path, path.getFileSystem().getPath(target));
    }
  }

  static void makeFolder(Path path) throws IOException {
    Files.createDirectory(path);
    setMode(path, "rwxr-xr-x");
  }

  static void makePlainFile(Path path) throws IOException {
    Files.createFile(path);
    setMode(path, "rw-rw-rw-");
  }

  static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  static boolean isFolder(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static void setMode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }
}
