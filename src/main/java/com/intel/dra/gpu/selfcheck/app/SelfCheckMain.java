package com.intel.dra.gpu.selfcheck.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.intel.dra.gpu.client.FieldNamesOfAnyLength;
import com.intel.dra.gpu.client.UncachedFieldNames;
import com.intel.dra.gpu.client.WithoutManagedFields;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.mode.DraModeChoice;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.state.BootId;
import com.intel.dra.gpu.selfcheck.look.ApiServerProbe;
import com.intel.dra.gpu.selfcheck.look.NodeFiles;
import com.intel.dra.gpu.selfcheck.look.NodeObserver;
import com.intel.dra.kit.served.ServedAddress;
import com.intel.dra.kit.served.ServedApi;
import com.intel.dra.kit.served.ServedJson;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The command {@code self-check} of the node agent's image: a small process beside the agent's, in
 * the same container, which does not disturb the agent. It reads the agent's settings from the same
 * environment variables.
 */
public final class SelfCheckMain {

  private static final Duration PATIENCE_WITH_API_SERVER = Duration.ofSeconds(5);

  private static final Path OUT_OF_MEMORY_PREFERENCE = Path.of("/proc/self/oom_score_adj");

  /** A strong reference, because a logger without one is collected and loses its level. */
  private static final Logger LOGGERS = Logger.getLogger("");

  private SelfCheckMain() {}

  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments)));
  }

  private static int run(List<String> arguments) {
    return switch (SelfCheckArguments.parse(arguments)) {
      case SelfCheckArguments.Help _ -> {
        System.out.print(SelfCheckArguments.USAGE);
        yield Report.NO_DISAGREEMENT;
      }
      case SelfCheckArguments.Wrong(String why) -> {
        System.err.printf("self-check: %s%n%s", why, SelfCheckArguments.USAGE);
        yield Report.NOT_LOOKED_AT;
      }
      case SelfCheckArguments.Check check ->
          onThisNode((config, mode, client) -> check(check, config, mode, client));
      case SelfCheckArguments.Files _ -> onThisNode((config, mode, _) -> files(config, mode));
    };
  }

  /** What is done with the agent's settings. Returns the exit code. */
  @FunctionalInterface
  private interface Action {
    int run(AgentConfig config, DraMode mode, KubernetesClient client)
        throws IOException, InterruptedException;
  }

  private static int check(
      SelfCheckArguments.Check wanted, AgentConfig config, DraMode mode, KubernetesClient client)
      throws IOException, InterruptedException {
    var observer =
        new NodeObserver(config, mode, BootId.current(), new ApiServerProbe(client, config, mode));
    var report =
        new Report(
            config.nodeName(),
            new RepeatedComparison(observer::look, wanted.settle(), Thread::sleep).take());
    System.out.println(wanted.json() ? report.json() : report.text());
    return report.exitCode();
  }

  private static int files(AgentConfig config, DraMode mode) throws IOException {
    new FilesDocument(config.nodeName(), new NodeFiles(config, mode)).print(System.out);
    return Report.NO_DISAGREEMENT;
  }

  private static int onThisNode(Action action) {
    standBackForTheAgent();
    LOGGERS.setLevel(Level.SEVERE); // the report says what could not be read
    AgentConfig config;
    try {
      config = config();
    } catch (ConfigValidationException | NoSuchElementException e) {
      System.err.printf(
          "self-check: this is a command of the node agent's container: %s%n", e.getMessage());
      return Report.NOT_LOOKED_AT;
    }
    var api = new ServedApi();
    try (KubernetesClient client = client(api)) {
      Optional<DraMode> mode = mode(config, new DraModeChoice(config.draMode(), client, api));
      if (mode.isEmpty()) {
        System.err.println(
            "self-check: the API server serves no version of resource.k8s.io that the node agent"
                + " supports, and no node agent has run on this node yet");
        return Report.NOT_LOOKED_AT;
      }
      return action.run(config, mode.get(), client);
    } catch (IOException | KubernetesClientException e) {
      System.err.printf("self-check: %s%n", ApiServerProbe.reason(e));
      return Report.NOT_LOOKED_AT;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Report.NOT_LOOKED_AT;
    }
  }

  /** If the container's memory does not suffice for both processes, the kernel ends this one. */
  private static void standBackForTheAgent() {
    try {
      Files.writeString(OUT_OF_MEMORY_PREFERENCE, "1000");
    } catch (IOException e) {
      // the kernel does not allow a choice
    }
  }

  private static KubernetesClient client(ServedApi api) {
    return new KubernetesClientBuilder()
        .withConfig(impatient())
        .withKubernetesSerialization(serialization(api))
        .withHttpClientBuilderConsumer(new ServedAddress(api)::addTo)
        .build();
  }

  /**
   * The agent's mode: its setting, otherwise the mode that it recorded last, because a running
   * agent stays in its mode.
   *
   * @param choice also finds the version that the API server serves
   */
  private static Optional<DraMode> mode(AgentConfig config, DraModeChoice choice) {
    Optional<DraMode> served = served(choice);
    return config.draMode().mode().or(() -> AgentConfig.lastMode(config)).or(() -> served);
  }

  private static Optional<DraMode> served(DraModeChoice choice) {
    try {
      return choice.asServed();
    } catch (KubernetesClientException e) {
      return Optional.empty(); // the report says what cannot be read
    }
  }

  /** Reads the settings as Quarkus does for the agent. */
  public static AgentConfig config() {
    try {
      URL properties =
          Objects.requireNonNull(
              SelfCheckMain.class.getResource("/application.properties"),
              "application.properties is in the agent's jar");
      return new SmallRyeConfigBuilder()
          .addDefaultInterceptors()
          .addDefaultSources()
          .addDiscoveredConverters()
          .withSources(new PropertiesConfigSource(properties, 250))
          .withProfile("node-agent")
          .withMapping(AgentConfig.class)
          .withMappingIgnore("gpu.**")
          .build()
          .getConfigMapping(AgentConfig.class);
    } catch (IOException e) {
      throw new IllegalStateException("application.properties cannot be read", e);
    }
  }

  /** As the agent reads objects: users write into some of them what they like. */
  private static KubernetesSerialization serialization(ServedApi api) {
    var mapper = new ObjectMapper();
    new FieldNamesOfAnyLength().customize(mapper);
    new UncachedFieldNames().customize(mapper);
    new WithoutManagedFields().customize(mapper);
    new ServedJson(api).customize(mapper);
    return new KubernetesSerialization(mapper, true);
  }

  private static Config impatient() {
    int millis = (int) PATIENCE_WITH_API_SERVER.toMillis();
    return new ConfigBuilder()
        .withConnectionTimeout(millis)
        .withRequestTimeout(millis)
        .withRequestRetryBackoffLimit(1)
        .build();
  }
}
