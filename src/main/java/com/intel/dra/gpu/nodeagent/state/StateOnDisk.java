package com.intel.dra.gpu.nodeagent.state;

import com.intel.dra.kit.files.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Reads an agent's files in its state folder without changing them: it locks, sets aside and
 * removes nothing. Files are replaced as a whole, so each one is read as it was at one moment.
 */
public record StateOnDisk(Path folder) {

  /** The content of one file. */
  public sealed interface Content<T> {

    /** There is no file: nothing was recorded yet, or the file was lost. */
    record Absent<T>() implements Content<T> {}

    /**
     * @param bootId the boot in which it was written
     */
    record Valid<T>(String bootId, T records) implements Content<T> {}

    /** The file cannot be read, or an agent of this version would not write it. */
    record Unreadable<T>(String reason) implements Content<T> {}
  }

  /**
   * @param complete false while the record is to be completed from the GAS, because the file was
   *     lost
   * @param byUid by the claim's UID
   */
  public record Prepared(boolean complete, Map<String, PreparedClaim> byUid) {
    public Prepared {
      byUid = Map.copyOf(byUid);
    }
  }

  public Path preparedClaimsFile() {
    return folder.resolve(PreparedClaims.FILE_NAME);
  }

  public Path vfHostsFile() {
    return folder.resolve(VfHostRecords.FILE_NAME);
  }

  /** Returns all files in which agents keep records here, also the damaged ones set aside. */
  public List<Path> files() {
    return Stream.of(
            PreparedClaims.FILE_NAME,
            PreparedClaims.DAMAGED_FILE_NAME,
            VfHostRecords.FILE_NAME,
            VfHostRecords.DAMAGED_FILE_NAME,
            PublishedVfs.FILE_NAME,
            PublishedVfs.DAMAGED_FILE_NAME,
            LastDraMode.FILE_NAME)
        .map(folder::resolve)
        .toList();
  }

  public Content<Prepared> preparedClaims() {
    return read(
        preparedClaimsFile(),
        bytes ->
            switch (PreparedClaimsDocument.decode(bytes)) {
              case PreparedClaimsDocument.Decoded.Valid(PreparedClaimsDocument read) ->
                  new Content.Valid<>(read.bootId(), new Prepared(read.complete(), read.claims()));
              case PreparedClaimsDocument.Decoded.Damaged(String reason) ->
                  new Content.Unreadable<>(reason);
            });
  }

  /** Reads the GPUs that the driver split, by UID. */
  public Content<Map<String, VfHostRecord>> vfHosts() {
    return read(
        vfHostsFile(),
        bytes ->
            switch (VfHostRecords.decodeContent(bytes)) {
              case StateDocument.Decoded.Valid<VfHostRecords.Content>(var read) ->
                  new Content.Valid<>(read.bootId(), Map.copyOf(read.hosts()));
              case StateDocument.Decoded.Damaged<VfHostRecords.Content>(String reason) ->
                  new Content.Unreadable<>(reason);
            });
  }

  @FunctionalInterface
  private interface Decoder<T> {
    Content<T> decode(byte[] bytes);
  }

  private static <T> Content<T> read(Path file, Decoder<T> decoder) {
    try {
      return AtomicFile.read(file, StateDocument.MAX_BYTES)
          .map(
              bytes ->
                  bytes.length > StateDocument.MAX_BYTES
                      ? new Content.Unreadable<T>(StateDocument.TOO_LARGE)
                      : decoder.decode(bytes))
          .orElseGet(Content.Absent::new);
    } catch (IOException e) {
      return new Content.Unreadable<>(String.valueOf(e.getMessage()));
    }
  }
}
