package com.intel.dra.kit.kubelet.server;

import com.intel.dra.kit.kubelet.proto.registration.InfoRequest;
import com.intel.dra.kit.kubelet.proto.registration.PluginInfo;
import com.intel.dra.kit.kubelet.proto.registration.RegistrationGrpc;
import com.intel.dra.kit.kubelet.proto.registration.RegistrationStatus;
import com.intel.dra.kit.kubelet.proto.v1alpha3.Claim;
import com.intel.dra.kit.kubelet.proto.v1alpha3.NodePrepareResourcesRequest;
import com.intel.dra.kit.kubelet.proto.v1alpha3.NodePrepareResourcesResponse;
import com.intel.dra.kit.kubelet.proto.v1alpha3.NodeUnprepareResourcesRequest;
import com.intel.dra.kit.kubelet.proto.v1alpha3.NodeUnprepareResourcesResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.InternalNettyChannelBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real gRPC client on the plugin's sockets, which sends {@code :authority} as kubelets do. */
public final class TestingKubelet implements AutoCloseable {

  /** The forms in which kubelets write the socket's path in {@code :authority}. */
  public enum Authority {
    /** Up to 1.28. */
    RAW_PATH,
    /** From 1.29 on. */
    PERCENT_ENCODED;

    private String of(Path socket) {
      return switch (this) {
        case RAW_PATH -> socket.toString();
        case PERCENT_ENCODED ->
            URLEncoder.encode(socket.toString(), StandardCharsets.UTF_8).replace("+", "%20");
      };
    }
  }

  private final EventLoopGroup eventLoop = new EpollEventLoopGroup(1);
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final Authority authority;

  public TestingKubelet(Authority authority) {
    this.authority = authority;
  }

  /** A channel to any socket. */
  public Channel connect(Path socket) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
            .channelType(EpollDomainSocketChannel.class)
            .eventLoopGroup(eventLoop)
            .withOption(ChannelOption.SO_KEEPALIVE, null)
            .usePlaintext();
    InternalNettyChannelBuilder.disableCheckAuthority(builder);
    ManagedChannel channel = builder.overrideAuthority(authority.of(socket)).build();
    channels.add(channel);
    return channel;
  }

  public PluginInfo getInfo(Path registrationSocket) {
    return RegistrationGrpc.newBlockingStub(connect(registrationSocket))
        .withDeadlineAfter(5, TimeUnit.SECONDS)
        .getInfo(InfoRequest.getDefaultInstance());
  }

  public void notifyStatus(Path registrationSocket, boolean registered, String error) {
    RegistrationGrpc.newBlockingStub(connect(registrationSocket))
        .withDeadlineAfter(5, TimeUnit.SECONDS)
        .notifyRegistrationStatus(
            RegistrationStatus.newBuilder()
                .setPluginRegistered(registered)
                .setError(error)
                .build());
  }

  public com.intel.dra.kit.kubelet.proto.v1alpha2.NodeGrpc.NodeBlockingStub v1alpha2(Path socket) {
    return com.intel.dra.kit.kubelet.proto.v1alpha2.NodeGrpc.newBlockingStub(connect(socket))
        .withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  public com.intel.dra.kit.kubelet.proto.v1alpha3.NodeGrpc.NodeBlockingStub v1alpha3(Path socket) {
    return com.intel.dra.kit.kubelet.proto.v1alpha3.NodeGrpc.newBlockingStub(connect(socket))
        .withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  public com.intel.dra.kit.kubelet.proto.v1beta1.DRAPluginGrpc.DRAPluginBlockingStub v1beta1(
      Path socket) {
    return com.intel.dra.kit.kubelet.proto.v1beta1.DRAPluginGrpc.newBlockingStub(connect(socket))
        .withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  public com.intel.dra.kit.kubelet.proto.v1.DRAPluginGrpc.DRAPluginBlockingStub v1(Path socket) {
    return com.intel.dra.kit.kubelet.proto.v1.DRAPluginGrpc.newBlockingStub(connect(socket))
        .withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  public NodePrepareResourcesResponse prepare(Path socket, Claim... claims) {
    return v1alpha3(socket)
        .nodePrepareResources(
            NodePrepareResourcesRequest.newBuilder().addAllClaims(List.of(claims)).build());
  }

  public NodeUnprepareResourcesResponse unprepare(Path socket, Claim... claims) {
    return v1alpha3(socket)
        .nodeUnprepareResources(
            NodeUnprepareResourcesRequest.newBuilder().addAllClaims(List.of(claims)).build());
  }

  /** Prepares claims named like their UIDs with v1. */
  public com.intel.dra.kit.kubelet.proto.v1.NodePrepareResourcesResponse prepareV1(
      Path socket, String... uids) {
    var request = com.intel.dra.kit.kubelet.proto.v1.NodePrepareResourcesRequest.newBuilder();
    for (String uid : uids) {
      request.addClaimsBuilder().setNamespace("default").setName("claim-" + uid).setUid(uid);
    }
    return v1(socket).nodePrepareResources(request.build());
  }

  /** Unprepares claims named like their UIDs with v1. */
  public com.intel.dra.kit.kubelet.proto.v1.NodeUnprepareResourcesResponse unprepareV1(
      Path socket, String... uids) {
    var request = com.intel.dra.kit.kubelet.proto.v1.NodeUnprepareResourcesRequest.newBuilder();
    for (String uid : uids) {
      request.addClaimsBuilder().setNamespace("default").setName("claim-" + uid).setUid(uid);
    }
    return v1(socket).nodeUnprepareResources(request.build());
  }

  /** Like {@link #prepareV1}, with v1beta1. */
  public com.intel.dra.kit.kubelet.proto.v1beta1.NodePrepareResourcesResponse prepareV1Beta1(
      Path socket, String... uids) {
    var request = com.intel.dra.kit.kubelet.proto.v1beta1.NodePrepareResourcesRequest.newBuilder();
    for (String uid : uids) {
      request.addClaimsBuilder().setNamespace("default").setName("claim-" + uid).setUid(uid);
    }
    return v1beta1(socket).nodePrepareResources(request.build());
  }

  /** Like {@link #unprepareV1}, with v1beta1. */
  public com.intel.dra.kit.kubelet.proto.v1beta1.NodeUnprepareResourcesResponse unprepareV1Beta1(
      Path socket, String... uids) {
    var request =
        com.intel.dra.kit.kubelet.proto.v1beta1.NodeUnprepareResourcesRequest.newBuilder();
    for (String uid : uids) {
      request.addClaimsBuilder().setNamespace("default").setName("claim-" + uid).setUid(uid);
    }
    return v1beta1(socket).nodeUnprepareResources(request.build());
  }

  /** Prepares a claim named like its UID as a kubelet of 1.26 does. */
  public com.intel.dra.kit.kubelet.proto.v1alpha2.NodePrepareResourceResponse prepare126(
      Path socket, String uid, String handle) {
    return call(
        socket,
        "v1alpha1.Node",
        com.intel.dra.kit.kubelet.proto.v1alpha2.NodeGrpc.getNodePrepareResourceMethod(),
        com.intel.dra.kit.kubelet.proto.v1alpha2.NodePrepareResourceRequest.newBuilder()
            .setNamespace("default")
            .setClaimName("claim-" + uid)
            .setClaimUid(uid)
            .setResourceHandle(handle)
            .build());
  }

  /**
   * Unprepares a claim named like its UID as a kubelet of 1.26 does: the fourth field is a list of
   * CDI devices, where later versions have the resource handle.
   */
  public com.intel.dra.kit.kubelet.proto.v1alpha2.NodeUnprepareResourceResponse unprepare126(
      Path socket, String uid, String cdiDevice) {
    return call(
        socket,
        "v1alpha1.Node",
        com.intel.dra.kit.kubelet.proto.v1alpha2.NodeGrpc.getNodeUnprepareResourceMethod(),
        com.intel.dra.kit.kubelet.proto.v1alpha2.NodeUnprepareResourceRequest.newBuilder()
            .setNamespace("default")
            .setClaimName("claim-" + uid)
            .setClaimUid(uid)
            .setResourceHandle(cdiDevice) // on the wire as the list with one element
            .build());
  }

  /** Like {@link #prepareV1Beta1}, as a kubelet of 1.31 does. */
  public com.intel.dra.kit.kubelet.proto.v1beta1.NodePrepareResourcesResponse prepare131(
      Path socket, String... uids) {
    var request = com.intel.dra.kit.kubelet.proto.v1beta1.NodePrepareResourcesRequest.newBuilder();
    for (String uid : uids) {
      request.addClaimsBuilder().setNamespace("default").setName("claim-" + uid).setUid(uid);
    }
    return call(
        socket,
        "v1alpha3.Node",
        com.intel.dra.kit.kubelet.proto.v1beta1.DRAPluginGrpc.getNodePrepareResourcesMethod(),
        request.build());
  }

  /** Like {@link #unprepareV1Beta1}, as a kubelet of 1.31 does. */
  public com.intel.dra.kit.kubelet.proto.v1beta1.NodeUnprepareResourcesResponse unprepare131(
      Path socket, String... uids) {
    var request =
        com.intel.dra.kit.kubelet.proto.v1beta1.NodeUnprepareResourcesRequest.newBuilder();
    for (String uid : uids) {
      request.addClaimsBuilder().setNamespace("default").setName("claim-" + uid).setUid(uid);
    }
    return call(
        socket,
        "v1alpha3.Node",
        com.intel.dra.kit.kubelet.proto.v1beta1.DRAPluginGrpc.getNodeUnprepareResourcesMethod(),
        request.build());
  }

  private <Q, R> R call(Path socket, String service, MethodDescriptor<Q, R> method, Q request) {
    return ClientCalls.blockingUnaryCall(
        connect(socket),
        method.toBuilder()
            .setFullMethodName(
                MethodDescriptor.generateFullMethodName(
                    service, String.valueOf(method.getBareMethodName())))
            .build(),
        CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
        request);
  }

  /** A claim of v1alpha3 named like its UID. */
  public static Claim claim(String uid, String handle) {
    return Claim.newBuilder()
        .setNamespace("default")
        .setName("claim-" + uid)
        .setUid(uid)
        .setResourceHandle(handle)
        .build();
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }
}
