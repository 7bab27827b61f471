package com.intel.dra.gpu.simulator.folder;

import com.intel.dra.gpu.simulator.fuse.FuseMount;
import com.intel.dra.kit.files.FileTree;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder below which a simulator makes all its files. One simulator owns it at a time.
 *
 * <p>Its subfolder {@code .simulator} is private to the simulator: it holds the lock, the {@link
 * RootJournal}, and a folder in which things are made before they are moved to where readers look.
 */
public final class RootFolder implements AutoCloseable {

  private static final String OWN = ".simulator";

  private final Path root;
  private final FileChannel lock;
  private final RootJournal journal;

  private RootFolder(Path root, FileChannel lock, RootJournal journal) {
    this.root = root;
    this.lock = lock;
    this.journal = journal;
  }

  /**
   * Takes ownership of the folder, including what a killed simulator left in it; file systems that
   * the killed simulator mounted are unmounted.
   *
   * @throws UnusableRootException if the folder holds things that no simulator made, or if another
   *     simulator owns it; nothing is changed in this case
   */
  public static RootFolder open(Path path) throws IOException {
    boolean make = !Files.exists(path);
    if (make) {
      Files.createDirectories(path);
    } else if (!Files.isDirectory(path)) {
      throw new UnusableRootException(path, "is not a folder");
    }
    Path root = path.toRealPath();
    Path own = root.resolve(OWN);
    Path journalFile = own.resolve("journal.json");
    if (!TreeFiles.exists(journalFile)) {
      refuseForeignContent(path, root);
    }
    if (!TreeFiles.exists(own)) {
      TreeFiles.makeFolder(own);
    } else if (!TreeFiles.isFolder(own)) {
      throw new UnusableRootException(path, OWN + " in it is not a folder; remove it");
    }
    FileChannel lock = lock(path, own.resolve("lock"));
    try {
      FuseMount.detach(root.resolve(GpuFiles.SYSFS));
      RootJournal journal =
          TreeFiles.exists(journalFile)
              ? RootJournal.load(journalFile)
              : RootJournal.start(journalFile, make);
      journal.store();
      RootFolder folder = new RootFolder(root, lock, journal);
      FileTree.delete(folder.aside());
      TreeFiles.makeFolder(folder.aside());
      return folder;
    } catch (DamagedJournalException e) {
      lock.close();
      throw new UnusableRootException(
          path,
          "%s is damaged (%s), so what an earlier simulator made is unknown; empty the folder"
              .formatted(journalFile, e.getMessage()));
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }

  private static void refuseForeignContent(Path path, Path root) throws IOException {
    for (String folder : List.of(GpuFiles.SYSFS, GpuFiles.DEV)) {
      Path top = root.resolve(folder);
      if (TreeFiles.exists(top)) {
        try (Stream<Path> below = Files.walk(top)) {
          Optional<Path> foreign = below.filter(entry -> !TreeFiles.isFolder(entry)).findFirst();
          if (foreign.isPresent()) {
            throw new UnusableRootException(
                path,
                "%s is there already and no simulator made it; choose a folder for the simulator alone"
                    .formatted(foreign.get()));
          }
        }
      }
    }
  }

  private static FileChannel lock(Path path, Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // Locked by this process itself: the same answer as for another process.
    }
    channel.close();
    throw new UnusableRootException(path, "another simulator is using it");
  }

  public Path path() {
    return root;
  }

  RootJournal journal() {
    return journal;
  }

  /**
   * The folder in which things are made before they are moved; it is on the same file system as the
   * others.
   */
  Path aside() {
    return root.resolve(OWN).resolve("aside");
  }

  /**
   * Makes the folder and its missing parents.
   *
   * @param relative a path without {@code .} and {@code ..}
   */
  public void makeFolder(String relative) throws IOException {
    Path path = root;
    for (Path part : Path.of(relative)) {
      path = path.resolve(part);
      if (TreeFiles.isFolder(path)) {
        continue;
      }
      if (TreeFiles.exists(path)) {
        // Above all a link, which could lead out of the root.
        throw new NotDirectoryException(path.toString());
      }
      journal.addFolder(root.relativize(path).toString());
      TreeFiles.makeFolder(path);
    }
  }

  /** Removes each folder that the simulator made and that is empty now, and releases the root. */
  @Override
  public void close() throws IOException {
    for (String folder : journal.folders().reversed()) {
      Path path = root.resolve(folder).normalize();
      if (path.startsWith(root) && TreeFiles.isFolder(path)) {
        deleteIfEmpty(path);
      }
    }
    FileTree.delete(root.resolve(OWN));
    lock.close();
    if (journal.rootMade()) {
      deleteIfEmpty(root);
    }
  }

  private static void deleteIfEmpty(Path folder) throws IOException {
    try {
      Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException e) {
      // Something else was put there: it stays, and so does the folder.
    }
  }
}
