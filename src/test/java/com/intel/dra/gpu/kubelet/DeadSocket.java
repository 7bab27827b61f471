package com.intel.dra.gpu.kubelet;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;

/** What an instance that was killed leaves: a socket's file that nobody listens on. */
final class DeadSocket {

  private DeadSocket() {}

  static void leave(Path socket) throws IOException {
    listen(socket).close();
  }

  /** One that is listened on until the channel is closed, which leaves the file. */
  static ServerSocketChannel listen(Path socket) throws IOException {
    var channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    channel.bind(UnixDomainSocketAddress.of(socket));
    return channel;
  }
}
