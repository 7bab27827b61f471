package com.intel.dra.kit.kubelet.server;

import com.intel.dra.kit.kubelet.api.PluginSettings;
import com.intel.dra.kit.kubelet.api.SocketNames;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A socket of this driver in a folder that the kubelet reads.
 *
 * @param served whether a process listens on it, as far as can be determined
 */
public record PluginSocket(Path path, Kind kind, boolean served) {

  /** The kubelet's use of the socket. */
  public enum Kind {
    REGISTRATION,
    PLUGIN
  }

  /**
   * All sockets of all instances of the driver. Registrations come first, because they announce the
   * plugin sockets; some of them are only found through the names of the plugin sockets. Files that
   * are no sockets are left out.
   */
  public static List<PluginSocket> of(PluginSettings settings) throws IOException {
    List<Path> plugins =
        files(settings.pluginFolder()).filter(name -> name.toString().endsWith(".sock")).toList();
    var registrations = new ArrayList<Path>();
    files(settings.registryFolder())
        .filter(socket -> SocketNames.isRegistrationOf(settings.driverName(), name(socket)))
        .forEach(registrations::add);
    plugins.stream()
        .map(socket -> SocketNames.pod(name(socket)))
        .flatMap(Optional::stream)
        .map(pod -> SocketNames.registration(settings.registryFolder(), settings.driverName(), pod))
        .forEach(registrations::add);
    return Stream.concat(
            registrations.stream()
                .distinct()
                .flatMap(path -> look(path, Kind.REGISTRATION).stream()),
            plugins.stream().flatMap(path -> look(path, Kind.PLUGIN).stream()))
        .toList();
  }

  private static Stream<Path> files(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.toList().stream();
    }
  }

  private static String name(Path socket) {
    return String.valueOf(socket.getFileName());
  }

  /** Returns empty for a file that is no socket or cannot be read. */
  private static Optional<PluginSocket> look(Path path, Kind kind) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
              .isOther()
          ? Optional.of(new PluginSocket(path, kind, isServed(path)))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean isServed(Path path) {
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      // an instance that hangs must not block the caller: a connection that is not refused counts
      // as served
      channel.configureBlocking(false);
      channel.connect(UnixDomainSocketAddress.of(path));
      return true;
    } catch (ConnectException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }
}
