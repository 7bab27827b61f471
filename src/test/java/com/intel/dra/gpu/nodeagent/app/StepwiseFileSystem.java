package com.intel.dra.gpu.nodeagent.app;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardOpenOption;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * The machine's file system as one process sees it: each change of a file is a step of its {@link
 * ProcessLife}. Code that uses java.nio.file can therefore be stopped between any two changes
 * without being changed itself.
 */
final class StepwiseFileSystem extends FileSystem {

  private static final Set<OpenOption> WRITING =
      Set.of(StandardOpenOption.WRITE, StandardOpenOption.APPEND);

  private final Provider provider;

  StepwiseFileSystem(ProcessLife processLife) {
    this.provider = new Provider(processLife, this);
  }

  Path wrap(Path real) {
    return new StepwisePath(this, real);
  }

  private static Path real(Path path) {
    return ((StepwisePath) path).real();
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  @Override
  public Path getPath(String first, String... more) {
    return wrap(Path.of(first, more));
  }

  @Override
  public void close() {}

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return "/";
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return Set.of(getPath("/"));
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return Set.of();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return Set.of("basic", "posix", "unix");
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    throw new UnsupportedOperationException();
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException();
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException();
  }

  private static final class Provider extends FileSystemProvider {

    private final ProcessLife processLife;
    private final StepwiseFileSystem system;

    Provider(ProcessLife processLife, StepwiseFileSystem system) {
      this.processLife = processLife;
      this.system = system;
    }

    private static FileSystemProvider of(Path real) {
      return real.getFileSystem().provider();
    }

    // --- operations that change something

    @Override
    public SeekableByteChannel newByteChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      Path file = real(path);
      return opened(file, options, () -> of(file).newByteChannel(file, options, attributes));
    }

    @Override
    public FileChannel newFileChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      Path file = real(path);
      return opened(file, options, () -> of(file).newFileChannel(file, options, attributes));
    }

    private <R> R opened(
        Path file, Set<? extends OpenOption> options, ProcessLife.Change<R, IOException> open)
        throws IOException {
      boolean isThere = options.contains(StandardOpenOption.CREATE) && Files.exists(file);
      if (isThere || Collections.disjoint(WRITING, options)) {
        processLife.requireAlive();
        return open.make();
      }
      return processLife.step("open " + file.getFileName() + " " + options, open);
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
      Path real = real(folder);
      if (Files.exists(real)) {
        throw new FileAlreadyExistsException(real.toString());
      }
      processLife.step(
          "mkdir " + real.getFileName(),
          () -> {
            of(real).createDirectory(real, attributes);
            return true;
          });
    }

    @Override
    public void delete(Path path) throws IOException {
      Path real = real(path);
      processLife.step(
          "delete " + real.getFileName(),
          () -> {
            of(real).delete(real);
            return true;
          });
    }

    @Override
    public boolean deleteIfExists(Path path) throws IOException {
      processLife.requireAlive();
      Path real = real(path);
      return Files.exists(real)
          && processLife.step("delete " + real.getFileName(), () -> of(real).deleteIfExists(real));
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
      processLife.step(
          "rename %s to %s".formatted(source.getFileName(), target.getFileName()),
          () -> {
            of(real(source)).move(real(source), real(target), options);
            return true;
          });
    }

    // --- operations that only read, or that have no effect alone

    @Override
    public DirectoryStream<Path> newDirectoryStream(
        Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
      processLife.requireAlive();
      DirectoryStream<Path> entries =
          of(real(folder))
              .newDirectoryStream(real(folder), entry -> filter.accept(system.wrap(entry)));
      return new DirectoryStream<>() {
        @Override
        public Iterator<Path> iterator() {
          return StreamSupport.stream(entries.spliterator(), false).map(system::wrap).iterator();
        }

        @Override
        public void close() throws IOException {
          entries.close();
        }
      };
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(
        Path path, Class<V> type, LinkOption... options) {
      processLife.requireAlive();
      return of(real(path)).getFileAttributeView(real(path), type, options);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(
        Path path, Class<A> type, LinkOption... options) throws IOException {
      processLife.requireAlive();
      return of(real(path)).readAttributes(real(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
        throws IOException {
      processLife.requireAlive();
      return of(real(path)).readAttributes(real(path), attributes, options);
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options)
        throws IOException {
      processLife.requireAlive();
      of(real(path)).setAttribute(real(path), attribute, value, options);
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
      processLife.requireAlive();
      of(real(path)).checkAccess(real(path), modes);
    }

    @Override
    public boolean isSameFile(Path one, Path other) throws IOException {
      return of(real(one)).isSameFile(real(one), real(other));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
      return of(real(path)).isHidden(real(path));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
      return of(real(path)).getFileStore(real(path));
    }

    // --- not used

    @Override
    public void copy(Path source, Path target, CopyOption... options) {
      throw new UnsupportedOperationException();
    }

    @Override
    public String getScheme() {
      return "stepwise";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Path getPath(URI uri) {
      throw new UnsupportedOperationException();
    }
  }

  /** A path of the machine; all operations on it go through the provider above. */
  private record StepwisePath(StepwiseFileSystem system, Path real) implements Path {

    private Path wrap(Path path) {
      return system.wrap(path);
    }

    private static Path unwrap(Path path) {
      return path instanceof StepwisePath stepwise ? stepwise.real : path;
    }

    @Override
    public FileSystem getFileSystem() {
      return system;
    }

    @Override
    public boolean isAbsolute() {
      return real.isAbsolute();
    }

    @Override
    public Path getRoot() {
      return wrap(real.getRoot());
    }

    @Override
    public Path getFileName() {
      return wrap(real.getFileName());
    }

    @Override
    @SuppressWarnings("NullAway") // as in Path itself, whose annotations do not say it
    public Path getParent() {
      Path parent = real.getParent();
      return parent == null ? null : wrap(parent);
    }

    @Override
    public int getNameCount() {
      return real.getNameCount();
    }

    @Override
    public Path getName(int index) {
      return wrap(real.getName(index));
    }

    @Override
    public Path subpath(int begin, int end) {
      return wrap(real.subpath(begin, end));
    }

    @Override
    public boolean startsWith(Path other) {
      return real.startsWith(unwrap(other));
    }

    @Override
    public boolean endsWith(Path other) {
      return real.endsWith(unwrap(other));
    }

    @Override
    public Path normalize() {
      return wrap(real.normalize());
    }

    @Override
    public Path resolve(Path other) {
      return wrap(real.resolve(unwrap(other)));
    }

    @Override
    public Path relativize(Path other) {
      return wrap(real.relativize(unwrap(other)));
    }

    @Override
    public URI toUri() {
      return real.toUri();
    }

    @Override
    public Path toAbsolutePath() {
      return wrap(real.toAbsolutePath());
    }

    @Override
    public Path toRealPath(LinkOption... options) throws IOException {
      return wrap(real.toRealPath(options));
    }

    @Override
    public WatchKey register(
        WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int compareTo(Path other) {
      return real.compareTo(unwrap(other));
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof StepwisePath stepwise && real.equals(stepwise.real);
    }

    @Override
    public int hashCode() {
      return real.hashCode();
    }

    @Override
    public String toString() {
      return real.toString();
    }
  }
}
