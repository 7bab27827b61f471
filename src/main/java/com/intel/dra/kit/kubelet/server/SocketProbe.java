package com.intel.dra.kit.kubelet.server;

import com.intel.dra.kit.kubelet.api.PluginSettings;
import com.intel.dra.kit.kubelet.proto.registration.InfoRequest;
import com.intel.dra.kit.kubelet.proto.registration.PluginInfo;
import com.intel.dra.kit.kubelet.proto.registration.RegistrationGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Calls the plugin's sockets as the kubelet does. Each method blocks for at most a second. */
final class SocketProbe {

  /** The kubelet gives GetInfo one second. */
  private static final int DEADLINE_SECONDS = 1;

  /** A method that no service offers: a working server answers that it is unimplemented. */
  private static final MethodDescriptor<InfoRequest, PluginInfo> NO_METHOD =
      MethodDescriptor.<InfoRequest, PluginInfo>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName(MethodDescriptor.generateFullMethodName("probe", "Probe"))
          .setRequestMarshaller(ProtoUtils.marshaller(InfoRequest.getDefaultInstance()))
          .setResponseMarshaller(ProtoUtils.marshaller(PluginInfo.getDefaultInstance()))
          .build();

  private final PluginSettings settings;
  private final EventLoopGroup eventLoop;

  SocketProbe(PluginSettings settings, EventLoopGroup eventLoop) {
    this.settings = settings;
    this.eventLoop = eventLoop;
  }

  /**
   * Asks the registration socket what the kubelet asks. Returns what is wrong with the answer;
   * empty if it is correct.
   */
  Optional<String> registrationDefect() {
    return call(
        settings.registrationSocket(),
        channel -> {
          PluginInfo info =
              RegistrationGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                  .getInfo(InfoRequest.getDefaultInstance());
          return info.getName().equals(settings.driverName())
              ? Optional.empty()
              : Optional.of("socket is served by another driver: " + info.getName());
        });
  }

  /** Checks that the plugin's socket answers. Returns what is wrong; empty if calls arrive. */
  Optional<String> pluginDefect() {
    return call(
        settings.pluginSocket(),
        channel -> {
          try {
            ClientCalls.blockingUnaryCall(
                channel,
                NO_METHOD,
                CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS),
                InfoRequest.getDefaultInstance());
            return Optional.of("another process serves the plugin's socket");
          } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) {
              return Optional.empty();
            }
            throw e;
          }
        });
  }

  private Optional<String> call(Path socket, Function<Channel, Optional<String>> question) {
    var builder =
        NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
            .channelType(EpollDomainSocketChannel.class)
            .eventLoopGroup(eventLoop)
            .overrideAuthority("localhost")
            .usePlaintext();
    withoutKeepAlive(builder);
    ManagedChannel channel = builder.build();
    try {
      return question.apply(channel);
    } catch (StatusRuntimeException e) {
      return Optional.of("%s: %s".formatted(socket, e.getMessage()));
    } finally {
      channel.shutdownNow();
    }
  }

  /**
   * grpc-netty sets this TCP option on every connection, and on a unix socket each use logs a
   * warning.
   */
  @SuppressWarnings("NullAway") // null tells Netty to remove an option
  private static void withoutKeepAlive(NettyChannelBuilder builder) {
    builder.withOption(ChannelOption.SO_KEEPALIVE, null);
  }
}
