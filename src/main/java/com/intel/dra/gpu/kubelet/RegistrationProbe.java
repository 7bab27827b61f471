package com.intel.dra.gpu.kubelet;

import com.intel.dra.gpu.kubelet.proto.registration.InfoRequest;
import com.intel.dra.gpu.kubelet.proto.registration.PluginInfo;
import com.intel.dra.gpu.kubelet.proto.registration.RegistrationGrpc;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Asks the registration socket what the kubelet asks, over the socket, as the kubelet does. */
final class RegistrationProbe {

  /** The kubelet gives GetInfo one second. */
  private static final int DEADLINE_SECONDS = 1;

  private final PluginSettings settings;
  private final EventLoopGroup eventLoop;

  RegistrationProbe(PluginSettings settings, EventLoopGroup eventLoop) {
    this.settings = settings;
    this.eventLoop = eventLoop;
  }

  /** What is wrong with the answer; empty when it is right. */
  Optional<String> defect() {
    var builder =
        NettyChannelBuilder.forAddress(
                new DomainSocketAddress(settings.registrationSocket().toFile()))
            .channelType(EpollDomainSocketChannel.class)
            .eventLoopGroup(eventLoop)
            .overrideAuthority("localhost")
            .usePlaintext();
    withoutKeepAlive(builder);
    ManagedChannel channel = builder.build();
    try {
      PluginInfo info =
          RegistrationGrpc.newBlockingStub(channel)
              .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
              .getInfo(InfoRequest.getDefaultInstance());
      return info.getName().equals(settings.driverName())
          ? Optional.empty()
          : Optional.of("socket is served by another driver: " + info.getName());
    } catch (StatusRuntimeException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    } finally {
      channel.shutdownNow();
    }
  }

  /**
   * grpc-netty sets this TCP option on every connection, and a unix socket warns of it each time.
   */
  @SuppressWarnings("NullAway") // null is how Netty is told to forget an option
  private static void withoutKeepAlive(NettyChannelBuilder builder) {
    builder.withOption(ChannelOption.SO_KEEPALIVE, null);
  }
}
