package com.intel.dra.gpu.e2e;

import com.intel.dra.kit.kubelet.api.ClaimPreparer;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PluginApiVersion;
import com.intel.dra.kit.kubelet.api.PluginCallListener;
import com.intel.dra.kit.kubelet.api.PluginGeneration;
import com.intel.dra.kit.kubelet.api.PluginSettings;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.PreparedDevice;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import com.intel.dra.kit.kubelet.server.KubeletPlugin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A driver of another name; its only device is nothing that a container could see. It runs in a
 * process of its own with the folders of the node, and fails as long as a file says so.
 */
final class OtherDriver implements AutoCloseable {

  static final String NAME = "other.example.com";
  static final String DEVICE = "nothing";
  static final String COMPLAINT = "the other driver is broken";

  private static final String CLASSIC = "classic";
  private static final String STRUCTURED = "structured";
  private static final String FOLDER = "/var/lib/kubelet/plugins/" + NAME;
  private static final String BROKEN = FOLDER + "/broken";

  private final Process process;
  private final Path broken;

  private OtherDriver(String node, PluginGeneration generation) throws IOException {
    broken = NodeFolders.seenFromOutside(node, BROKEN);
    var command =
        JavaOnNode.command(
            node,
            List.of(),
            OtherDriver.class,
            generation instanceof PluginGeneration.Classic ? CLASSIC : STRUCTURED);
    process = command.inheritIO().start();
  }

  /** Starts it on that node, for a kubelet of that generation. */
  static OtherDriver on(String node, PluginGeneration generation) {
    try {
      return new OtherDriver(node, generation);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes it refuse to prepare anything, or accept again. */
  void setBroken(boolean isBroken) {
    try {
      if (isBroken) {
        Files.writeString(broken, "");
      } else {
        Files.deleteIfExists(broken);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    setBroken(false);
    process.destroy();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    var settings =
        new PluginSettings(
            NAME,
            Path.of(FOLDER),
            Path.of("/var/lib/kubelet/plugins_registry"),
            arguments[0].equals(CLASSIC)
                ? new PluginGeneration.Classic()
                : new PluginGeneration.Structured(Optional.empty(), false));
    KubeletPlugin plugin = KubeletPlugin.create(settings, new Preparer(), new NoListener());
    Runtime.getRuntime().addShutdownHook(new Thread(plugin::close));
    plugin.start();
    Thread.currentThread().join();
  }

  private static final class Preparer implements ClaimPreparer {

    @Override
    public PrepareResult prepare(ClaimReference claim, Optional<String> resourceHandle) {
      return Files.exists(Path.of(BROKEN))
          ? new PrepareResult.Failed(COMPLAINT)
          : new PrepareResult.Prepared(
              List.of(new PreparedDevice(List.of(), NAME, DEVICE, List.of(), Optional.empty())));
    }

    @Override
    public UnprepareResult unprepare(ClaimReference claim) {
      return new UnprepareResult.Unprepared();
    }
  }

  private static final class NoListener implements PluginCallListener {

    @Override
    public void prepareAnswered(PluginApiVersion version, PrepareResult result, Duration took) {}

    @Override
    public void unprepareAnswered(
        PluginApiVersion version, UnprepareResult result, Duration took) {}
  }
}
