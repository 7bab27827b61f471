package com.intel.dra.gpu.nodeagent.state;

import com.intel.dra.kit.files.AtomicFile;
import com.intel.dra.kit.files.FileMutex;
import com.intel.dra.kit.files.SyncedCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;

/**
 * A value in a file of the agent's state folder that two agents may use at the same time while one
 * replaces the other. Each use sees what the other agent wrote, and changes are made one at a time,
 * each on the newest value. A change is on disk when its method returns. If that fails, nothing has
 * changed.
 *
 * @param <S> an immutable value
 */
final class SharedState<S> {

  private static final Logger LOG = Logger.getLogger(SharedState.class);

  /** The form of the value on disk. */
  interface Form<S> {

    /** Returns the value before the first write, and after damage to a file that was never read. */
    S beforeTheFirst();

    /** Decodes bytes from the disk. */
    StateDocument.Decoded<S> decode(byte[] content);

    byte[] encode(S value);

    /**
     * Returns the value after the machine may have crashed; empty if the file says it.
     *
     * @param file empty if there is none
     * @param copy what was last written, perhaps before other programs wrote the file
     */
    default Optional<S> restored(Optional<byte[]> file, byte[] copy) {
      return Optional.empty();
    }

    /**
     * Returns a message for people about a damaged file that is set aside.
     *
     * @param isKnown whether this process knows the former content, and writes it again
     */
    String damageReport(Path file, String reason, boolean isKnown);
  }

  /**
   * What differs between any two contents, because each content is a new file.
   *
   * @param inode with its device
   */
  private record Look(Object inode, long bytes, FileTime written) {}

  private final AtomicFile file;
  private final Optional<SyncedCopy> copy;
  private final String damagedName;
  private final FileMutex mutex;
  private final Form<S> form;
  private final AtomicReference<Optional<String>> untold = new AtomicReference<>(Optional.empty());

  // guarded by this, and replaced only while the mutex is held
  private S value;
  private Optional<Look> seen;
  private String problem = "";

  /** Whether a write of this process is in progress. */
  private volatile boolean writing;

  /** Whether a thread of this process decides on the newest value, or writes what it decided. */
  private volatile boolean changing;

  private SharedState(
      AtomicFile file,
      Optional<SyncedCopy> copy,
      String damagedName,
      FileMutex mutex,
      Form<S> form,
      S value) {
    this.file = file;
    this.copy = copy;
    this.damagedName = damagedName;
    this.mutex = mutex;
    this.form = form;
    this.value = value;
    this.seen = Optional.empty();
  }

  /**
   * Reads the file of an earlier run.
   *
   * @param folder created if it is missing
   * @throws IOException if the folder or file cannot be used at all
   */
  static <S> SharedState<S> open(Path folder, String name, String damagedName, Form<S> form)
      throws IOException {
    return open(folder, name, Optional.empty(), damagedName, form);
  }

  /**
   * Reads the file of an earlier run, for a value that changes often: a change takes one sync, that
   * of a copy, from which the value is restored when the machine has crashed.
   *
   * @param copyName the name of the copy, in the same folder
   */
  static <S> SharedState<S> openWithCopy(
      Path folder, String name, String copyName, String damagedName, Form<S> form)
      throws IOException {
    return open(folder, name, Optional.of(copyName), damagedName, form);
  }

  private static <S> SharedState<S> open(
      Path folder, String name, Optional<String> copyName, String damagedName, Form<S> form)
      throws IOException {
    Files.createDirectories(folder);
    var permissions = PosixFilePermissions.fromString("rw-------");
    var file = new AtomicFile(folder.resolve(name), permissions);
    var copy = copyName.map(of -> new SyncedCopy(folder.resolve(of), permissions));
    var mutex = new FileMutex(folder.resolve(name + ".lock"));
    return mutex.exclusively(
        () -> {
          file.deleteLeftovers();
          var state =
              new SharedState<S>(file, copy, damagedName, mutex, form, form.beforeTheFirst());
          if (!state.restore()) {
            state.takeOver();
          }
          return state;
        });
  }

  /** Requires the mutex. Returns whether the file did not say all, and has been written again. */
  private boolean restore() throws IOException {
    if (copy.isEmpty()) {
      return false;
    }
    copy.get().deleteLeftovers();
    Optional<byte[]> content = file.read(StateDocument.MAX_BYTES);
    Optional<S> restored = readCopy(copy.get()).flatMap(kept -> form.restored(content, kept));
    if (restored.isEmpty()) {
      return false;
    }
    LOG.infof(
        "The machine stopped before %s was on its disk as it was written last; it is restored from"
            + " the copy that was",
        file.path());
    writeContent(restored.get(), form.encode(restored.get()));
    return true;
  }

  /** Without its copy the file still says what it said when the agent wrote it last. */
  private static Optional<byte[]> readCopy(SyncedCopy copy) {
    try {
      return copy.read();
    } catch (IOException e) {
      LOG.warnf("The copy of a state file cannot be read; check the node's disk: %s", e);
      return Optional.empty();
    }
  }

  /**
   * Returns the value as it is now. While the file cannot be read, it is the value that was read
   * last, and {@link #isCertain} is false.
   */
  S get() {
    try {
      lookAgain();
    } catch (IOException e) {
      failed(e);
    }
    synchronized (this) {
      return value;
    }
  }

  /** Returns whether the last read of the file succeeded. */
  synchronized boolean isCertain() {
    return problem.isEmpty();
  }

  /** Returns the value as it is now, and fails while the file cannot be read. */
  S getForCertain() throws IOException {
    return current();
  }

  /**
   * Replaces the value by the result of the change; writes nothing if that is the same. What is the
   * same now may be removed by a change that is being made, so this waits for the end of that.
   *
   * @return the value before
   */
  S change(UnaryOperator<S> change) throws IOException {
    S now = current();
    if (change.apply(now).equals(now) && !changing) {
      return now;
    }
    return mutex.exclusively(() -> changeNow(change));
  }

  /** Requires the mutex. */
  private S changeNow(UnaryOperator<S> change) throws IOException {
    changing = true;
    try {
      takeOver();
      S before = current();
      S after = change.apply(before);
      if (!after.equals(before)) {
        write(after);
      }
      return before;
    } finally {
      changing = false;
    }
  }

  /** Requires the mutex. A value that becomes smaller is written whatever its size. */
  private void write(S after) throws IOException {
    byte[] content = form.encode(after);
    if (content.length > StateDocument.MAX_WRITTEN_BYTES
        && content.length > form.encode(current()).length) {
      throw new StateTooLargeException(content.length);
    }
    writeContent(after, content);
  }

  /** Requires the mutex. */
  private void writeContent(S after, byte[] content) throws IOException {
    writing = true;
    try {
      writeToDisk(content);
      set(after, look());
    } finally {
      writing = false;
    }
  }

  /** The copy comes first: it may have what nobody was told of, but nobody is told of more. */
  private void writeToDisk(byte[] content) throws IOException {
    if (copy.isPresent()) {
      copy.get().write(content);
      file.writeForThisBoot(content);
    } else {
      file.write(content);
    }
  }

  /** Returns the message about the last damage that was found since the last call. */
  Optional<String> takeDamageReport() {
    return untold.getAndSet(Optional.empty());
  }

  /** Runs an action while no other agent changes the value or runs such an action. */
  <R> R exclusively(FileMutex.Action<R> action) throws IOException {
    return mutex.exclusively(action);
  }

  private S current() throws IOException {
    lookAgain();
    synchronized (this) {
      return value;
    }
  }

  private void lookAgain() throws IOException {
    // no other agent writes during this process' write, so waiting for the disk would show nothing
    // new
    if (!writing && hasChanged(look())) {
      mutex.exclusively(
          () -> {
            takeOver();
            return true;
          });
    }
    succeeded();
  }

  /** Requires the mutex. */
  private void takeOver() throws IOException {
    Optional<Look> now = look();
    if (!hasChanged(now)) {
      return;
    }
    Optional<byte[]> content = file.read(StateDocument.MAX_BYTES);
    if (content.isEmpty()) {
      return;
    }
    switch (decode(content.get())) {
      case StateDocument.Decoded.Valid<S>(S read) -> set(read, now);
      case StateDocument.Decoded.Damaged<S>(String reason) -> {
        boolean isKnown = hasBeenRead();
        file.setAsideAs(damagedName);
        String report = form.damageReport(file.path(), reason, isKnown);
        LOG.error(report);
        untold.set(Optional.of(report));
        if (isKnown) {
          S known = known();
          set(known, Optional.empty());
          writeContent(known, form.encode(known));
        } else {
          set(form.beforeTheFirst(), Optional.empty());
        }
      }
    }
  }

  private StateDocument.Decoded<S> decode(byte[] content) {
    return content.length > StateDocument.MAX_BYTES
        ? new StateDocument.Decoded.Damaged<>(StateDocument.TOO_LARGE)
        : form.decode(content);
  }

  /**
   * Returns whether the file must be read again. A file that has vanished does not count: its
   * content is in memory, and the next write restores it.
   */
  private synchronized boolean hasChanged(Optional<Look> now) {
    return now.isPresent() && !now.equals(seen);
  }

  /** Returns whether this process knows what the file contained before it was damaged. */
  private synchronized boolean hasBeenRead() {
    return seen.isPresent();
  }

  private synchronized S known() {
    return value;
  }

  private synchronized void set(S now, Optional<Look> look) {
    value = now;
    seen = look;
  }

  /** Empty if there is no file. */
  private Optional<Look> look() throws IOException {
    try {
      BasicFileAttributes now = Files.readAttributes(file.path(), BasicFileAttributes.class);
      return Optional.of(new Look(now.fileKey(), now.size(), now.lastModifiedTime()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private synchronized void failed(IOException e) {
    if (!e.toString().equals(problem)) {
      problem = e.toString();
      LOG.errorf(
          "%s cannot be read, so the agent uses what it read before; check the node's disk: %s",
          file.path(), problem);
    }
  }

  private synchronized void succeeded() {
    problem = "";
  }
}
