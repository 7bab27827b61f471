package com.intel.dra.gpu.kubelet;

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
import org.jboss.logging.Logger;

/**
 * Sockets of this driver that nobody listens on. An instance that was killed leaves its own, and
 * with a name of its own for each pod no later one would replace them, while the kubelet keeps
 * calling.
 */
final class StaleSockets {

  private static final Logger LOG = Logger.getLogger(StaleSockets.class);

  private StaleSockets() {}

  /**
   * Removes them; one that does not let itself be removed is left with a warning. Sockets that are
   * listened on, those of other drivers, and all that is no socket stay.
   */
  static void remove(PluginSettings settings) throws IOException {
    List<Path> plugins =
        sockets(settings.pluginFolder()).filter(name -> name.toString().endsWith(".sock")).toList();
    // registrations first: they tell of the plugin sockets, whose names tell of registrations
    var stale = new ArrayList<Path>();
    sockets(settings.registryFolder())
        .filter(socket -> SocketNames.isRegistrationOf(settings.driverName(), name(socket)))
        .forEach(stale::add);
    plugins.stream()
        .map(socket -> SocketNames.podUid(name(socket)))
        .flatMap(Optional::stream)
        .map(uid -> SocketNames.registration(settings.registryFolder(), settings.driverName(), uid))
        .forEach(stale::add);
    stale.addAll(plugins);
    stale.stream().distinct().filter(StaleSockets::isDead).forEach(StaleSockets::removeOne);
  }

  private static Stream<Path> sockets(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.toList().stream();
    }
  }

  private static String name(Path socket) {
    return String.valueOf(socket.getFileName());
  }

  private static boolean isDead(Path socket) {
    try {
      if (!Files.readAttributes(socket, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .isOther()) {
        return false;
      }
      try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        // an instance that hangs must not hold up this one: whatever is not refused is alive
        channel.configureBlocking(false);
        channel.connect(UnixDomainSocketAddress.of(socket));
        return false;
      }
    } catch (ConnectException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static void removeOne(Path socket) {
    try {
      Files.deleteIfExists(socket);
      LOG.infof("Removed %s, which an instance of the driver that is gone left behind", socket);
    } catch (IOException e) {
      LOG.warnf(e, "Could not remove %s, which nobody listens on", socket);
    }
  }
}
