package com.intel.dra.kit.kubelet.server;

import com.intel.dra.kit.kubelet.api.SocketNames;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * gRPC services on one unix socket, which only root may use.
 *
 * <p>grpc-netty is used instead of Vert.x, which refuses the raw socket path that kubelets up to
 * 1.28 send as {@code :authority}.
 */
final class UnixSocketServer implements AutoCloseable {

  private static final long SHUTDOWN_SECONDS = 5;

  /**
   * More than the kubelet ever sends: 32 resource handles of 16 KiB for each of a few claims. A
   * larger message is refused before it is read into memory.
   */
  private static final int MAX_MESSAGE_BYTES = 4 << 20;

  /**
   * The limit of concurrent calls on one connection; further calls wait on the caller's side. The
   * kubelet calls once for each pod that starts or ends, and runs a few hundred pods at most.
   */
  private static final int MAX_CALLS_AT_A_TIME = 512;

  private final Path socket;
  private final Server server;
  private final @Nullable Object identity;

  private UnixSocketServer(Path socket, Server server, @Nullable Object identity) {
    this.socket = socket;
    this.server = server;
    this.identity = identity;
  }

  /**
   * Serves before it returns. A socket file of an earlier run is replaced. The socket gets its name
   * only when it has its permissions and is listened on; until then its name starts with a dot,
   * which the kubelet's plugin watcher ignores.
   *
   * @param socket in a folder that exists
   * @throws IOException if the path is too long, or if the system refuses the socket
   */
  static UnixSocketServer serve(
      Path socket, List<ServerServiceDefinition> services, EventLoopGroup eventLoop)
      throws IOException {
    Path hidden = socket.resolveSibling("." + Integer.toHexString(socket.toString().hashCode()));
    requireShort(socket);
    requireShort(hidden);
    Files.deleteIfExists(socket);
    Files.deleteIfExists(hidden);
    var builder =
        NettyServerBuilder.forAddress(new DomainSocketAddress(hidden.toFile()))
            .channelType(EpollServerDomainSocketChannel.class)
            .bossEventLoopGroup(eventLoop)
            .workerEventLoopGroup(eventLoop)
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .maxConcurrentCallsPerConnection(MAX_CALLS_AT_A_TIME)
            .executor(
                Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("grpc-", 0).factory()));
    withoutKeepAlive(builder);
    services.forEach(builder::addService);
    Server server = builder.build().start();
    try {
      Files.setPosixFilePermissions(hidden, PosixFilePermissions.fromString("rw-------"));
      Files.move(hidden, socket, StandardCopyOption.ATOMIC_MOVE);
      return new UnixSocketServer(socket, server, identity(socket));
    } catch (IOException e) {
      server.shutdownNow();
      Files.deleteIfExists(hidden);
      throw e;
    }
  }

  /**
   * Removes the socket, unless another process has put its own there meanwhile, and waits a few
   * seconds for running calls.
   */
  @Override
  public void close() throws IOException {
    server.shutdown();
    try {
      if (Objects.equals(identity, identity(socket))) {
        Files.deleteIfExists(socket);
      }
      if (!server.awaitTermination(SHUTDOWN_SECONDS, TimeUnit.SECONDS)) {
        server.shutdownNow();
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  /**
   * grpc-netty sets this TCP option on every connection, and on a unix socket each use logs a
   * warning.
   */
  @SuppressWarnings("NullAway") // null tells Netty to remove an option
  private static void withoutKeepAlive(NettyServerBuilder builder) {
    builder.withChildOption(ChannelOption.SO_KEEPALIVE, null);
  }

  private static @Nullable Object identity(Path socket) throws IOException {
    try {
      return Files.readAttributes(socket, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static void requireShort(Path path) throws IOException {
    if (!SocketNames.isShort(path)) {
      throw new IOException(
          "the path of a unix socket may have %d bytes, this one has %d; choose a shorter folder: %s"
              .formatted(SocketNames.MAX_PATH_BYTES, SocketNames.bytes(path), path));
    }
  }
}
