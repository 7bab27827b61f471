package com.intel.dra.gpu.sysfs.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads sysfs files without trusting them: a file may vanish, be unreadable, not be a regular file,
 * or be larger than the page that the kernel allows for an attribute.
 */
public class SysfsReader {

  /** The kernel's limit for an attribute: one page. */
  static final int MAX_ATTRIBUTE_BYTES = 4096;

  private static final int MAX_QUOTED_CHARACTERS = 40;

  public Attribute read(Path file) {
    return read(file, MAX_ATTRIBUTE_BYTES);
  }

  /**
   * Reads a file that may be larger than an attribute.
   *
   * @param maxBytes a larger file is not read
   */
  public Attribute read(Path file, int maxBytes) {
    try {
      Optional<BasicFileAttributes> attributes = attributes(file);
      if (attributes.isEmpty()) {
        return new Attribute.Absent();
      }
      // Reading a fifo or a device would block or never end; sysfs contains neither.
      if (!attributes.get().isRegularFile()) {
        return new Attribute.Unreadable("is not a regular file");
      }
      ByteBuffer content = content(file, maxBytes);
      if (content.remaining() > maxBytes) {
        return new Attribute.Unreadable("is larger than " + maxBytes + " bytes");
      }
      // ISO 8859-1 maps every byte to a character, so that decoding cannot fail.
      return new Attribute.Text(StandardCharsets.ISO_8859_1.decode(content).toString().strip());
    } catch (NoSuchFileException e) {
      return new Attribute.Absent();
    } catch (IOException e) {
      return new Attribute.Unreadable(why(e));
    }
  }

  /**
   * Many files are absent on most GPUs, and an exception for each would cost more than the look.
   */
  private static Optional<BasicFileAttributes> attributes(Path path) throws IOException {
    return Optional.ofNullable(
        path.getFileSystem().provider().readAttributesIfExists(path, BasicFileAttributes.class));
  }

  /** At most so many bytes, plus one if the file is larger. */
  private static ByteBuffer content(Path file, int maxBytes) throws IOException {
    var bytes = ByteBuffer.allocate(maxBytes + 1);
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      boolean more = true;
      while (more && bytes.hasRemaining()) {
        more = channel.read(bytes) >= 0;
      }
    }
    return bytes.flip();
  }

  public Symlink readLink(Path link) {
    try {
      Path name = Files.readSymbolicLink(link).getFileName();
      return name == null
          ? new Symlink.Unreadable("points to the root folder")
          : new Symlink.To(name.toString());
    } catch (NoSuchFileException e) {
      return new Symlink.Absent();
    } catch (NotLinkException e) {
      return new Symlink.Unreadable("is not a symbolic link");
    } catch (IOException e) {
      return new Symlink.Unreadable(why(e));
    }
  }

  /** The names in a folder, in no particular order. */
  public List<String> list(Path directory) throws IOException {
    List<String> names = new ArrayList<>();
    try (var entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        names.add(entry.getFileName().toString());
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return names;
  }

  /** Whether nothing is there any longer; false if that cannot be determined. */
  public boolean isGone(Path path) {
    try {
      return attributes(path).isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  /** The meaning of an I/O error, in words for an administrator and without the path. */
  public static String why(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> "permission denied";
      case NoSuchFileException missing -> "does not exist";
      case NotDirectoryException file -> "is not a folder";
      case FileSystemException other when other.getReason() != null ->
          other.getReason().toLowerCase(Locale.ROOT);
      // errors of read() and write() themselves
      default -> String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    };
  }

  /** Formats the content of a file for a log line: short, printable, on one line. */
  public static String quote(String content) {
    StringBuilder quoted = new StringBuilder("\"");
    content
        .chars()
        .limit(MAX_QUOTED_CHARACTERS)
        .forEach(
            c -> {
              if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
                quoted.append((char) c);
              } else {
                quoted.append("\\x%02x".formatted(c));
              }
            });
    return quoted.append(content.length() > MAX_QUOTED_CHARACTERS ? "\"..." : "\"").toString();
  }
}
