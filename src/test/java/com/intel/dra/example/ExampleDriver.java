package com.intel.dra.example;

import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PluginCallListener;
import com.intel.dra.kit.kubelet.api.PluginGeneration;
import com.intel.dra.kit.kubelet.api.PluginSettings;
import com.intel.dra.kit.kubelet.server.KubeletPlugin;
import com.intel.dra.kit.slices.keeper.LoggedSlices;
import com.intel.dra.kit.slices.keeper.SliceKeeper;
import com.intel.dra.kit.slices.keeper.SliceSettings;
import com.intel.dra.kit.time.PeriodicTask;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The driver: lamps as ResourceSlices, a plugin for the kubelet, and a look every second. */
public final class ExampleDriver implements AutoCloseable {

  static final String NAME = "lamps.example.com";

  private static final Logger LOG = Logger.getLogger(ExampleDriver.class);

  private final ExampleDevices devices;
  private final SliceKeeper slices;
  private final KubeletPlugin plugin;
  private @Nullable PeriodicTask looks;

  /** Where the driver runs. */
  record Place(String node, String podUid, Path lamps, Path kubelet, Path cdi) {

    PluginSettings plugin() {
      return new PluginSettings(
          NAME,
          kubelet.resolve("plugins").resolve(NAME),
          kubelet.resolve("plugins_registry"),
          new PluginGeneration.Structured(Optional.of(podUid), true));
    }
  }

  ExampleDriver(
      Place place, SliceKeeper slices, Function<ClaimReference, Optional<ResourceClaim>> claims) {
    this.devices = new ExampleDevices(place.lamps(), place.node());
    this.slices = slices;
    this.plugin =
        KubeletPlugin.create(
            place.plugin(),
            new ExamplePreparer(devices, claims, place.cdi()),
            new PluginCallListener() {},
            devices);
  }

  /** Serves the kubelet before it returns; the slices follow. */
  void start() throws IOException {
    devices.look();
    slices.publish(devices.wanted());
    slices.start();
    plugin.start();
    looks = PeriodicTask.start("looks", Duration.ofSeconds(1), this::look);
  }

  private void look() {
    try {
      if (devices.look()) {
        slices.publish(devices.wanted());
      }
    } catch (IOException e) {
      LOG.errorf(e, "Cannot look at the lamps");
    }
  }

  /** Ends the plugin after its running calls. Slices and prepared claims stay for the next one. */
  @Override
  public void close() {
    if (looks != null) {
      looks.close();
    }
    plugin.close();
    slices.close();
  }

  /** Runs until it is told to end. Arguments: node, pod UID, folders of lamps, kubelet and CDI. */
  public static void main(String[] args) throws Exception {
    var place = new Place(args[0], args[1], Path.of(args[2]), Path.of(args[3]), Path.of(args[4]));
    var client = new KubernetesClientBuilder().build();
    var keeper =
        SliceKeeper.create(client, new SliceSettings(NAME, place.node()), new LoggedSlices());
    var driver = new ExampleDriver(place, keeper, claim -> read(client, claim));
    Runtime.getRuntime().addShutdownHook(new Thread(driver::close));
    driver.start();
    Thread.currentThread().join();
  }

  private static Optional<ResourceClaim> read(KubernetesClient client, ClaimReference claim) {
    var claims = client.resources(ResourceClaim.class).inNamespace(claim.namespace());
    return Optional.ofNullable(claims.withName(claim.name()).get());
  }
}
