package com.intel.dra.gpu.sysfs.sriov;

import com.intel.dra.gpu.sysfs.files.Attribute;
import com.intel.dra.gpu.sysfs.files.AttributeWriter;
import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import com.intel.dra.gpu.sysfs.files.SysfsReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads and writes single SR-IOV files; any unexpected content ends the attempt with an exception.
 */
record SriovFiles(SysfsReader reader, AttributeWriter writer) {

  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

  /** The number of VFs of a GPU. Waits while their number is being changed. */
  int numVfs(Path device) throws SriovException {
    return (int) number(numVfsFile(device));
  }

  static Path numVfsFile(Path device) {
    return device.resolve(SysfsLayout.SRIOV_NUMVFS);
  }

  long number(Path file) throws SriovException {
    String text = text(file);
    if (!NUMBER.matcher(text).matches()) {
      throw new SriovException(
          new SriovFailure.Unreadable(
              file, "says %s, expected a number".formatted(SysfsReader.quote(text))));
    }
    return Long.parseLong(text);
  }

  /** Whether the device exists but the kernel offers no SR-IOV for it. */
  boolean isWithoutSriov(Path device) {
    return reader.read(device.resolve(SysfsLayout.VENDOR)) instanceof Attribute.Text
        && reader.read(numVfsFile(device)) instanceof Attribute.Absent;
  }

  private String text(Path file) throws SriovException {
    return switch (reader.read(file)) {
      case Attribute.Text(String text) -> text;
      case Attribute.Absent() ->
          throw new SriovException(new SriovFailure.Unreadable(file, "does not exist"));
      case Attribute.Unreadable(String why) ->
          throw new SriovException(new SriovFailure.Unreadable(file, "cannot be read: " + why));
    };
  }

  boolean says(Path file, String text) {
    return reader.read(file).equals(new Attribute.Text(text));
  }

  void writeAndVerify(QuotaWrite quota) throws SriovException {
    write(quota);
    verify(quota);
  }

  void write(QuotaWrite quota) throws SriovException {
    String value = Long.toString(quota.value());
    try {
      writer.write(quota.file(), value);
    } catch (IOException e) {
      throw new SriovException(
          new SriovFailure.WriteRefused(quota.file(), value, SysfsReader.why(e)));
    }
  }

  void verify(QuotaWrite quota) throws SriovException {
    String read = text(quota.file());
    if (!NUMBER.matcher(read).matches() || !quota.isSatisfiedBy(Long.parseLong(read))) {
      throw new SriovException(
          new SriovFailure.NotReadBack(quota.file(), Long.toString(quota.value()), read));
    }
  }

  /** Whether a VF has a card. The driver makes the card last, so the render node exists by then. */
  boolean hasCard(Path drm) {
    try {
      return reader.list(drm).stream().anyMatch(name -> name.matches("card\\d+"));
    } catch (IOException e) {
      return false;
    }
  }

  Optional<Path> firstVf(Path device) {
    try {
      return reader.list(device).stream()
          .filter(name -> name.startsWith(SysfsLayout.VIRTFN_PREFIX))
          .min(String::compareTo)
          .map(device::resolve);
    } catch (IOException e) {
      return Optional.empty(); // the GPU is gone together with its VFs
    }
  }
}
