package com.intel.dra.gpu.kubelet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    PluginSocket.of(settings).stream()
        .filter(socket -> !socket.served())
        .map(PluginSocket::path)
        .forEach(StaleSockets::removeOne);
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
