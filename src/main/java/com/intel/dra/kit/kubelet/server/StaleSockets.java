package com.intel.dra.kit.kubelet.server;

import com.intel.dra.kit.kubelet.api.PluginSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jboss.logging.Logger;

/**
 * Removes sockets of this driver on which no process listens. A killed instance leaves its sockets,
 * and since their names differ for each pod, no later instance replaces them, while the kubelet
 * keeps calling them.
 */
final class StaleSockets {

  private static final Logger LOG = Logger.getLogger(StaleSockets.class);

  private StaleSockets() {}

  /**
   * Removes the stale sockets; one that cannot be removed is left with a warning. Served sockets,
   * sockets of other drivers, and files that are no sockets stay.
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
      LOG.infof("Removed socket %s of an instance of the driver that has ended", socket);
    } catch (IOException e) {
      LOG.warnf(e, "Could not remove socket %s, on which no process listens", socket);
    }
  }
}
