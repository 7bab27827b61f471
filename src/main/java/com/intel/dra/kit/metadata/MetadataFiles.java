package com.intel.dra.kit.metadata;

import com.intel.dra.kit.cdi.CdiKind;
import com.intel.dra.kit.files.AtomicFile;
import com.intel.dra.kit.files.FileMutex;
import com.intel.dra.kit.files.FileTree;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.PreparedDevice;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The metadata files of a driver, and the CDI specs by which containers get them: for each request
 * of a claim
 *
 * <ul>
 *   <li>{@code <plugin folder>/dra-device-metadata/<namespace>_<claim>/<request>/metadata.json}
 *   <li>{@code <CDI folder>/<driver>_metadata_<claim UID>_<request>.json}, of kind {@code
 *       <driver>/metadata}.
 * </ul>
 *
 * <p>A driver records a claim as prepared before it has the files written, and removes the record
 * before it has the files removed. Files without a record are then what a crash has left, and
 * {@link #removeLeftovers} removes them. The files are not synced to the disk: after a boot no
 * claim is prepared, so all of them are left over, and those of a claim that is prepared again are
 * written again if they are not as they should be.
 */
public final class MetadataFiles {

  private static final String FOLDER = "dra-device-metadata";
  private static final String FILE = "metadata.json";
  private static final String FOR_ALL_TO_READ = "rw-r--r--";

  /**
   * What follows the prefix in the name of a spec, or of a temporary file that a crash has left.
   */
  private static final Pattern CLAIM_AND_REQUEST =
      Pattern.compile("([^_]+)_([^_]+)\\.json(\\..*\\.tmp)?");

  /** The largest file that is compared before it is replaced. */
  private static final int MAX_COMPARED_BYTES = 1 << 20;

  /**
   * The claims that are prepared, by the driver's record. If the name of one is not known, it is
   * empty; then the folders of other claims are left as they are, because one may be its own.
   */
  @FunctionalInterface
  public interface ClaimRecord {
    Collection<ClaimReference> get() throws IOException;
  }

  private final String driver;
  private final CdiKind kind;
  private final Path folder;
  private final Path cdiFolder;

  /**
   * Files are written under it, and removed from the look at the record on. Two instances of the
   * driver may run, and claims of the same name have the same folder: without it, one could remove
   * what the other has just written for a claim that it recorded after that look.
   */
  private final FileMutex mutex;

  /**
   * @param pluginFolder the driver's folder; its path must be the same for the container runtime
   * @param cdiFolder one of the runtime's CDI folders
   */
  public MetadataFiles(String driver, Path pluginFolder, Path cdiFolder) {
    this.driver = driver;
    this.kind = new CdiKind(driver, "metadata");
    this.folder = pluginFolder.toAbsolutePath().resolve(FOLDER);
    this.mutex = new FileMutex(folder.resolveSibling(FOLDER + ".lock"));
    this.cdiFolder = cdiFolder;
  }

  /**
   * Writes the files of a claim that is on record. Files that are there with this content already
   * are left alone.
   *
   * @return by the name of the request, the CDI device with which a container gets the file
   * @throws UnwritableMetadataException if not all could be written
   */
  public SortedMap<String, String> write(ClaimMetadata metadata)
      throws UnwritableMetadataException {
    try {
      return exclusively(() -> writeAll(metadata));
    } catch (UnwritableMetadataException e) {
      throw e;
    } catch (IOException e) {
      throw new UnwritableMetadataException(folder, e);
    }
  }

  private <R> R exclusively(FileMutex.Action<R> action) throws IOException {
    Files.createDirectories(folder.resolveSibling(""));
    return mutex.exclusively(action);
  }

  /** Requires the mutex. */
  private SortedMap<String, String> writeAll(ClaimMetadata metadata)
      throws UnwritableMetadataException {
    var document = new MetadataDocument(driver, kind);
    var devices = new TreeMap<String, String>();
    for (RequestMetadata request : metadata.requests()) {
      Path file = file(metadata.claim(), request.mainName());
      write(file, document.content(metadata, request));
      write(spec(metadata.claim(), request.mainName()), document.spec(metadata, request, file));
      devices.put(
          request.mainName(),
          kind.qualifiedName(MetadataDocument.cdiDevice(metadata.claim(), request)));
    }
    return devices;
  }

  private static void write(Path path, byte[] content) throws UnwritableMetadataException {
    Path folder = path.resolveSibling("");
    try {
      Files.createDirectories(folder);
      var file = new AtomicFile(path, PosixFilePermissions.fromString(FOR_ALL_TO_READ));
      if (file.read(MAX_COMPARED_BYTES).filter(old -> Arrays.equals(old, content)).isEmpty()) {
        file.deleteLeftovers();
        file.writeForThisBoot(content);
      }
    } catch (IOException e) {
      throw new UnwritableMetadataException(folder, e);
    }
  }

  /**
   * The CDI devices of files that were written before, by the name of the request; empty if there
   * are none.
   *
   * @throws IOException if a folder cannot be read
   */
  public SortedMap<String, String> written(ClaimReference claim) throws IOException {
    var devices = new TreeMap<String, String>();
    for (Path spec : list(cdiFolder)) {
      Matcher name = claimAndRequest(spec);
      if (name.matches()
          && name.group(3) == null
          && name.group(1).equals(claim.uid())
          && Files.exists(file(claim, name.group(2)))) {
        devices.put(name.group(2), kind.qualifiedName(claim.uid() + "_" + name.group(2)));
      }
    }
    return devices;
  }

  /**
   * Removes the files of a claim, unless it is prepared again, and those that another claim of its
   * name has got meanwhile.
   */
  public void remove(ClaimReference claim, ClaimRecord prepared) throws IOException {
    var unused = exclusively(() -> remove(Optional.of(claim), prepared));
  }

  /**
   * Removes the files of all claims that are not prepared.
   *
   * @return what was removed
   */
  public List<Path> removeLeftovers(ClaimRecord prepared) throws IOException {
    return exclusively(() -> remove(Optional.empty(), prepared));
  }

  /** Does not match if the file is none of this driver's. */
  private Matcher claimAndRequest(Path file) {
    String prefix = driver + "_metadata_";
    String hidden = nameOf(file);
    String name = hidden.startsWith(".") ? hidden.substring(1) : hidden;
    return CLAIM_AND_REQUEST.matcher(
        name.startsWith(prefix) ? name.substring(prefix.length()) : "");
  }

  /**
   * Requires the mutex.
   *
   * @param only empty for all claims
   */
  private List<Path> remove(Optional<ClaimReference> only, ClaimRecord prepared)
      throws IOException {
    // before the record is read, because instances of an earlier version write without the mutex
    List<Path> specs = list(cdiFolder);
    List<Path> claims = list(folder);
    var uids = new HashSet<String>();
    var folders = new HashSet<String>();
    boolean areNamed = true;
    for (ClaimReference claim : prepared.get()) {
      uids.add(claim.uid());
      folders.add(folderName(claim));
      areNamed &= !claim.name().isEmpty();
    }
    var gone = new ArrayList<Path>();
    for (Path spec : specs) {
      Matcher name = claimAndRequest(spec);
      if (name.matches()
          && !uids.contains(name.group(1))
          && only.map(ClaimReference::uid).filter(uid -> !uid.equals(name.group(1))).isEmpty()) {
        gone.add(spec);
      }
    }
    for (Path claim : claims) {
      String name = nameOf(claim);
      if (!folders.contains(name)
          && (areNamed || only.isPresent())
          && only.map(MetadataFiles::folderName).filter(one -> !one.equals(name)).isEmpty()) {
        gone.add(claim);
      }
    }
    for (Path path : gone) {
      FileTree.delete(path);
    }
    return gone;
  }

  /** Returns the answer with each of these CDI devices at the first device of its request. */
  public static PrepareResult.Prepared inFirstDevices(
      PrepareResult.Prepared answer, Map<String, String> byRequest) {
    var left = new TreeMap<>(byRequest);
    return new PrepareResult.Prepared(
        answer.devices().stream().map(device -> withThoseOfItsRequests(device, left)).toList());
  }

  private static PreparedDevice withThoseOfItsRequests(
      PreparedDevice device, Map<String, String> left) {
    var cdiDevices = new ArrayList<>(device.cdiDevices());
    for (String request : device.requestNames()) {
      Optional.ofNullable(left.remove(request)).ifPresent(cdiDevices::add);
    }
    return new PreparedDevice(
        device.requestNames(),
        device.poolName(),
        device.deviceName(),
        cdiDevices,
        device.shareId());
  }

  private static String folderName(ClaimReference claim) {
    return claim.namespace() + "_" + claim.name();
  }

  private Path file(ClaimReference claim, String request) {
    return folder.resolve(folderName(claim)).resolve(request).resolve(FILE);
  }

  private Path spec(ClaimReference claim, String request) {
    return cdiFolder.resolve("%s_metadata_%s_%s.json".formatted(driver, claim.uid(), request));
  }

  private static String nameOf(Path path) {
    return String.valueOf(path.getFileName());
  }

  /** Empty if there is no such folder. */
  private static List<Path> list(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      var found = new ArrayList<Path>();
      files.forEach(found::add);
      return found;
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }
}
