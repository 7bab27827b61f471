package com.intel.dra.kit.kubelet.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.kit.kubelet.api.PluginGeneration.Structured;
import com.intel.dra.kit.kubelet.api.PluginSettings;
import com.intel.dra.kit.kubelet.api.SocketNames;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaleSocketsTest {

  private static final String DRIVER = "gpu.example.com";

  @TempDir Path root;

  private Path plugin;
  private Path registry;

  @BeforeEach
  void makeFolders() throws IOException {
    plugin = Files.createDirectory(root.resolve("plugin"));
    registry = Files.createDirectory(root.resolve("registry"));
  }

  @Test
  void socketsOfDeadInstancesGoWhateverTheirGeneration() throws IOException {
    for (String name : new String[] {"plugin.sock", "dra.sock", "dra-pod-1.sock"}) {
      DeadSocket.leave(plugin.resolve(name));
    }
    for (String suffix : new String[] {".sock", "-reg.sock", "-pod-1-reg.sock", "-hash-reg.sock"}) {
      DeadSocket.leave(registry.resolve(DRIVER + suffix));
    }

    StaleSockets.remove(settings(DRIVER));

    assertThat(plugin).isEmptyDirectory();
    assertThat(registry).isEmptyDirectory();
  }

  @Test
  void whatLivesOrIsNoSocketOrAnotherDriversStays() throws IOException {
    Path alive = plugin.resolve("dra-pod-1.sock");
    Path aliveRegistration = registry.resolve(DRIVER + "-pod-1-reg.sock");
    Path file = plugin.resolve("state.json");
    Path fileLikeASocket = plugin.resolve("notes.sock");
    Path others = registry.resolve("nic.example.com-reg.sock");
    Path othersOfUnknownName = registry.resolve("dra-tCp6BY3yyaH0DcwCGCshfQ-reg.sock");
    Files.writeString(file, "{}");
    Files.writeString(fileLikeASocket, "a file");
    DeadSocket.leave(others);
    DeadSocket.leave(othersOfUnknownName);
    try (ServerSocketChannel one = DeadSocket.listen(alive);
        ServerSocketChannel two = DeadSocket.listen(aliveRegistration)) {

      StaleSockets.remove(settings(DRIVER));

      assertThat(alive).exists();
      assertThat(aliveRegistration).exists();
    }
    assertThat(file).exists();
    assertThat(fileLikeASocket).exists();
    assertThat(others).exists();
    assertThat(othersOfUnknownName).exists();
  }

  @Test
  void theShortestNameIsFoundByThePodOfTheDeadPluginSocket() throws IOException {
    String longDriver = "x".repeat(100);
    Path registration = SocketNames.registration(registry, longDriver, "pod-1");
    assertThat(registration.getFileName().toString()).startsWith("dra-");
    DeadSocket.leave(registration);
    DeadSocket.leave(plugin.resolve("dra-pod-1.sock"));

    StaleSockets.remove(settings(longDriver));

    assertThat(registration).doesNotExist();
    assertThat(plugin).isEmptyDirectory();
  }

  /** Both names are the shortest ones; the registration's does not contain the driver. */
  @Test
  void shortNamesOfADeadInstanceAreFoundToo() throws IOException {
    String longDriver = "x".repeat(100);
    String room = "p".repeat(80 - plugin.toString().length());
    Path folder = Files.createDirectory(plugin.resolve(room));
    var dead =
        new PluginSettings(
            longDriver, folder, registry, new Structured(Optional.of("p".repeat(36)), false));
    assertThat(dead.pluginSocket().getFileName().toString()).hasSize(20);
    DeadSocket.leave(dead.pluginSocket());
    DeadSocket.leave(dead.registrationSocket());

    StaleSockets.remove(
        new PluginSettings(
            longDriver, folder, registry, new Structured(Optional.of("pod-2"), false)));

    assertThat(folder).isEmptyDirectory();
    assertThat(registry).isEmptyDirectory();
  }

  @Test
  void anInstanceWhoseQueueIsFullIsAlive() throws IOException {
    Path hanging = plugin.resolve("dra-pod-1.sock");
    try (var server = ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
      server.bind(java.net.UnixDomainSocketAddress.of(hanging), 1);

      // nothing accepts connections: each look fills the queue a little more
      for (int i = 0; i < 10; i++) {
        StaleSockets.remove(settings(DRIVER));
      }

      assertThat(hanging).exists();
    }
  }

  private PluginSettings settings(String driver) {
    return new PluginSettings(
        driver, plugin, registry, new Structured(Optional.of("pod-2"), false));
  }
}
