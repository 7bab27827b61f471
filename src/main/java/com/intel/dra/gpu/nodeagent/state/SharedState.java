package com.intel.dra.gpu.nodeagent.state;

import com.intel.dra.kit.files.AtomicFile;
import com.intel.dra.kit.files.FileMutex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
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
     * Returns a message for people about a damaged file that is set aside.
     *
     * @param isKnown whether this process knows the former content, and writes it again
     */
    String damageReport(Path file, String reason, boolean isKnown);
  }

  private final AtomicFile file;
  private final String damagedName;
  private final FileMutex mutex;
  private final Form<S> form;
  private final AtomicReference<Optional<String>> untold = new AtomicReference<>(Optional.empty());

  // guarded by this, and replaced only while the mutex is held
  private S value;
  private Map<String, Object> seen;
  private String problem = "";

  /** Whether a write of this process is in progress. */
  private volatile boolean writing;

  /** Whether a thread of this process decides on the newest value, or writes what it decided. */
  private volatile boolean changing;

  private SharedState(AtomicFile file, String damagedName, FileMutex mutex, Form<S> form, S value) {
    this.file = file;
    this.damagedName = damagedName;
    this.mutex = mutex;
    this.form = form;
    this.value = value;
    this.seen = Map.of();
  }

  /**
   * Reads the file of an earlier run.
   *
   * @param folder created if it is missing
   * @throws IOException if the folder or file cannot be used at all
   */
  static <S> SharedState<S> open(Path folder, String name, String damagedName, Form<S> form)
      throws IOException {
    Files.createDirectories(folder);
    var file = new AtomicFile(folder.resolve(name), PosixFilePermissions.fromString("rw-------"));
    var mutex = new FileMutex(folder.resolve(name + ".lock"));
    return mutex.exclusively(
        () -> {
          file.deleteLeftovers();
          var state = new SharedState<S>(file, damagedName, mutex, form, form.beforeTheFirst());
          state.takeOver();
          return state;
        });
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
      file.write(content);
      set(after, look());
    } finally {
      writing = false;
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
    Map<String, Object> now = look();
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
          set(known, Map.of());
          writeContent(known, form.encode(known));
        } else {
          set(form.beforeTheFirst(), Map.of());
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
  private synchronized boolean hasChanged(Map<String, Object> now) {
    return !now.isEmpty() && !now.equals(seen);
  }

  /** Returns whether this process knows what the file contained before it was damaged. */
  private synchronized boolean hasBeenRead() {
    return !seen.isEmpty();
  }

  private synchronized S known() {
    return value;
  }

  private synchronized void set(S now, Map<String, Object> look) {
    value = now;
    seen = look;
  }

  /**
   * Returns attributes that differ between any two contents, because each content is a new file.
   * Empty if there is no file.
   */
  private Map<String, Object> look() throws IOException {
    try {
      return Files.readAttributes(file.path(), "unix:ino,size,lastModifiedTime,ctime");
    } catch (NoSuchFileException e) {
      return Map.of();
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
