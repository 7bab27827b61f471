package com.intel.dra.kit.kubelet.server;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;

/** The remains of a killed instance: a socket's file on which no process listens. */
final class DeadSocket {

  private DeadSocket() {}

  static void leave(Path socket) throws IOException {
    listen(socket).close();
  }

  /** Listens on a socket until the channel is closed; the file stays. */
  static ServerSocketChannel listen(Path socket) throws IOException {
    var channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    channel.bind(UnixDomainSocketAddress.of(socket));
    return channel;
  }
}
