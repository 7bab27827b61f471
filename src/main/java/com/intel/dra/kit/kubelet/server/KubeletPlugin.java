package com.intel.dra.kit.kubelet.server;

import com.intel.dra.kit.kubelet.api.ClaimPreparer;
import com.intel.dra.kit.kubelet.api.DeviceHealthSource;
import com.intel.dra.kit.kubelet.api.NoDeviceHealth;
import com.intel.dra.kit.kubelet.api.PluginCallListener;
import com.intel.dra.kit.kubelet.api.PluginGeneration.Classic;
import com.intel.dra.kit.kubelet.api.PluginGeneration.Structured;
import com.intel.dra.kit.kubelet.api.PluginSettings;
import com.intel.dra.kit.kubelet.api.RegistrationState;
import io.grpc.ServerServiceDefinition;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.quarkus.grpc.GrpcService;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The plugin as the kubelet sees it: a socket that serves every version of its generation's API,
 * and one in the kubelet's registry that announces it. The plugin socket is served before the
 * registration appears, and is removed after it.
 */
@Singleton
public final class KubeletPlugin implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(KubeletPlugin.class);

  /** In Kubernetes 1.26, the service of v1alpha2 has this name. */
  private static final String NAME_IN_126 = "v1alpha1.Node";

  /**
   * In Kubernetes 1.31, and in 1.32 and 1.33 as a second choice, the service of v1beta1 has this
   * name, which up to 1.30 is that of another service.
   */
  private static final String NAME_IN_131 = "v1alpha3.Node";

  private final PluginSettings settings;
  private final List<ServerServiceDefinition> nodeServices;
  private final HealthStreams health;
  private final RegistrationService registration;

  private @Nullable Serving serving;

  /** What exists while the plugin serves. */
  private record Serving(
      EventLoopGroup eventLoop, UnixSocketServer plugin, UnixSocketServer registry) {}

  @Inject
  KubeletPlugin(
      PluginSettings settings,
      @GrpcService NodeV1Alpha2Service v1alpha2,
      @GrpcService NodeV1Alpha3Service v1alpha3,
      @GrpcService NodeV1Beta1Service v1beta1,
      @GrpcService NodeV1Service v1,
      @GrpcService HealthV1Alpha1Service healthV1alpha1,
      @GrpcService HealthV1Service healthV1,
      HealthStreams health,
      @GrpcService RegistrationService registration) {
    this.settings = settings;
    this.nodeServices =
        switch (settings.generation()) {
          case Classic() ->
              List.of(
                  RenamedService.of(v1alpha2, NAME_IN_126),
                  v1alpha2.bindService(),
                  v1alpha3.bindService());
          case Structured(var podUid, boolean served) -> {
            var services = new ArrayList<ServerServiceDefinition>();
            services.add(RenamedService.of(v1beta1, NAME_IN_131));
            services.add(v1beta1.bindService());
            services.add(v1.bindService());
            if (served) {
              services.add(healthV1alpha1.bindService());
              services.add(healthV1.bindService());
            }
            yield List.copyOf(services);
          }
        };
    this.health = health;
    this.registration = registration;
  }

  /** Makes a plugin outside a bean container, which does not know the health of its devices. */
  public static KubeletPlugin create(
      PluginSettings settings, ClaimPreparer preparer, PluginCallListener listener) {
    return create(settings, preparer, listener, new NoDeviceHealth());
  }

  /** Makes a plugin outside a bean container. */
  public static KubeletPlugin create(
      PluginSettings settings,
      ClaimPreparer preparer,
      PluginCallListener listener,
      DeviceHealthSource devices) {
    return create(
        settings, new ClaimCalls(settings, preparer, listener), new HealthStreams(devices));
  }

  static KubeletPlugin create(PluginSettings settings, ClaimCalls calls, HealthStreams health) {
    FailuresWithoutQuarkus.areAnswered();
    return new KubeletPlugin(
        settings,
        new NodeV1Alpha2Service(calls),
        new NodeV1Alpha3Service(calls),
        new NodeV1Beta1Service(calls),
        new NodeV1Service(calls),
        new HealthV1Alpha1Service(health),
        new HealthV1Service(health),
        health,
        new RegistrationService(settings));
  }

  /**
   * Serves both sockets before it returns; from then on the kubelet may call. Does nothing if it
   * already serves.
   *
   * @throws IOException if a folder or socket cannot be made; then nothing is served
   */
  public synchronized void start() throws IOException {
    if (serving != null) {
      return;
    }
    Files.createDirectories(settings.pluginFolder());
    Files.setPosixFilePermissions(
        settings.pluginFolder(), PosixFilePermissions.fromString("rwxr-x---"));
    // the kubelet's folder: it is made if the kubelet has not made it yet, and the kubelet sets its
    // permissions
    Files.createDirectories(settings.registryFolder());

    StaleSockets.remove(settings);

    EventLoopGroup eventLoop =
        new EpollEventLoopGroup(1, new DefaultThreadFactory("kubelet-plugin", true));
    UnixSocketServer plugin = null;
    try {
      // an old registration must not lead the kubelet to the new plugin socket before the plugin
      // registers itself
      Files.deleteIfExists(settings.registrationSocket());
      plugin = UnixSocketServer.serve(settings.pluginSocket(), nodeServices, eventLoop);
      var registry =
          UnixSocketServer.serve(
              settings.registrationSocket(), List.of(registration.bindService()), eventLoop);
      serving = new Serving(eventLoop, plugin, registry);
    } catch (IOException | RuntimeException e) {
      closeQuietly(plugin, settings.pluginSocket());
      stop(eventLoop);
      throw e;
    }
    LOG.infof(
        "Serving the kubelet on %s, registered by %s",
        settings.pluginSocket(), settings.registrationSocket());
  }

  public synchronized boolean isServing() {
    return serving != null;
  }

  /** What the kubelet last said about the registration. */
  public RegistrationState registrationState() {
    return registration.state();
  }

  /**
   * Calls the registration socket as the kubelet would, for a liveness check; blocks up to a
   * second.
   *
   * @return what is wrong; empty if the answer is correct
   */
  public Optional<String> probe() {
    return probe(SocketProbe::registrationDefect);
  }

  /**
   * Calls both sockets; blocks up to two seconds.
   *
   * @return what is wrong; empty if the kubelet can register the plugin and call it
   */
  public Optional<String> probeBoth() {
    return probe(SocketProbe::registrationDefect).or(() -> probe(SocketProbe::pluginDefect));
  }

  private Optional<String> probe(Function<SocketProbe, Optional<String>> question) {
    Serving now;
    synchronized (this) {
      now = serving;
    }
    return now == null
        ? Optional.of("the plugin's sockets are not served")
        : question.apply(new SocketProbe(settings, now.eventLoop()));
  }

  /** Removes the registration, then the plugin socket; waits a few seconds for running calls. */
  @Override
  public synchronized void close() {
    Serving now = serving;
    if (now == null) {
      return;
    }
    serving = null;
    closeQuietly(now.registry(), settings.registrationSocket());
    health.completeAll();
    closeQuietly(now.plugin(), settings.pluginSocket());
    stop(now.eventLoop());
  }

  private static void closeQuietly(@Nullable UnixSocketServer server, Path socket) {
    if (server == null) {
      return;
    }
    try {
      server.close();
    } catch (IOException e) {
      LOG.warnf(e, "Could not remove socket %s", socket);
    }
  }

  private static void stop(EventLoopGroup eventLoop) {
    eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
