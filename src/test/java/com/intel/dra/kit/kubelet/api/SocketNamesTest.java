package com.intel.dra.kit.kubelet.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.intel.dra.kit.kubelet.api.PluginGeneration.Classic;
import com.intel.dra.kit.kubelet.api.PluginGeneration.Structured;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SocketNamesTest {

  private static final String DRIVER = "gpu.example.com";
  private static final String UID = "0f8fad5b-d9cb-469f-a165-70867728950e";

  @Test
  void theClassicNamesAreThoseOfTheGoDriver() {
    var settings = settings(Path.of("/registry"), new Classic());

    assertThat(settings.pluginSocket()).isEqualTo(Path.of("/plugins/plugin.sock"));
    assertThat(settings.registrationSocket()).isEqualTo(Path.of("/registry/gpu.example.com.sock"));
    assertThat(settings.lockFile()).isEmpty();
  }

  @Test
  void theStructuredNamesAreThoseOfKubernetesHelper() {
    var settings = settings(Path.of("/registry"), new Structured(Optional.empty(), false));

    assertThat(settings.pluginSocket()).isEqualTo(Path.of("/plugins/dra.sock"));
    assertThat(settings.registrationSocket())
        .isEqualTo(Path.of("/registry/gpu.example.com-reg.sock"));
    assertThat(settings.lockFile()).isEmpty();
  }

  @Test
  void eachPodHasNamesOfItsOwnAndOneLockWithTheOthers() {
    var settings = rolling(Path.of("/registry"));

    assertThat(settings.pluginSocket()).isEqualTo(Path.of("/plugins/dra-" + UID + ".sock"));
    assertThat(settings.registrationSocket())
        .isEqualTo(Path.of("/registry/gpu.example.com-" + UID + "-reg.sock"));
    assertThat(settings.lockFile()).hasValue(Path.of("/plugins/serialize.lock"));
  }

  @Test
  void aFullNameMayFillTheAddressToItsLastByte() {
    // gpu.example.com-<36 characters>-reg.sock has 61 characters, and there is a slash before it
    assertThat(rolling(folderOf(107 - 62)).registrationSocket().toString())
        .hasSize(107)
        .contains(UID);
    assertThat(rolling(folderOf(108 - 62)).registrationSocket().toString()).doesNotContain(UID);
  }

  @Test
  void longFoldersMakeShorterNames() {
    assertThat(rolling(folderOf(60)).registrationSocket().getFileName())
        .hasToString("gpu.example.com-yBLh7bZEF9Y-reg.sock");
    assertThat(rolling(folderOf(71)).registrationSocket().getFileName())
        .hasToString("dra-tCp6BY3yyaH0DcwCGCshfQ-reg.sock");
    assertThat(rolling(folderOf(200)).registrationSocket().getFileName())
        .hasToString("dra-tCp6BY3yyaH0DcwCGCshfQ-reg.sock");
  }

  @Test
  void aPluginSocketMayFillTheAddressToItsLastByteToo() {
    // dra-<36 characters>.sock has 45 characters, and there is a slash before it
    assertThat(inFolder(folderOf(107 - 46), UID).pluginSocket().toString())
        .hasSize(107)
        .contains(UID);
    assertThat(inFolder(folderOf(108 - 46), UID).pluginSocket().getFileName())
        .hasToString("dra-yBLh7bZEF9Y.sock");
    assertThat(inFolder(folderOf(107 - 21), UID).pluginSocket().toString()).hasSize(107);
  }

  @Test
  void eachPodHasAShortNameOfItsOwnThatLeadsToItsRegistration() {
    var one = inFolder(folderOf(80), UID);
    var other = inFolder(folderOf(80), UID.replace('0', '1'));
    assertThat(one.pluginSocket()).isNotEqualTo(other.pluginSocket());
    assertThat(one.registrationSocket()).isNotEqualTo(other.registrationSocket());

    String pod = SocketNames.pod(one.pluginSocket().getFileName().toString()).orElseThrow();
    assertThat(SocketNames.registration(one.registryFolder(), DRIVER, pod))
        .isEqualTo(one.registrationSocket());
    assertThat(
            SocketNames.isRegistrationOf(DRIVER, one.registrationSocket().getFileName().toString()))
        .isTrue();
  }

  @Test
  void thePodIsReadFromTheNameOfItsSocket() {
    assertThat(SocketNames.pod("dra-" + UID + ".sock")).hasValue(UID);
    assertThat(SocketNames.pod("dra.sock")).isEmpty();
    assertThat(SocketNames.pod("dra-.sock")).isEmpty();
    assertThat(SocketNames.pod("plugin.sock")).isEmpty();
  }

  @Test
  void whatIsNoUidIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Structured(Optional.of("../uid"), false));
    assertThatIllegalArgumentException().isThrownBy(() -> new Structured(Optional.of(""), false));
  }

  private static PluginSettings inFolder(Path plugins, String uid) {
    return new PluginSettings(
        DRIVER, plugins, Path.of("/registry"), new Structured(Optional.of(uid), false));
  }

  private static PluginSettings rolling(Path registry) {
    return settings(registry, new Structured(Optional.of(UID), false));
  }

  private static PluginSettings settings(Path registry, PluginGeneration generation) {
    return new PluginSettings(DRIVER, Path.of("/plugins"), registry, generation);
  }

  private static Path folderOf(int characters) {
    return Path.of("/" + "x".repeat(characters - 1));
  }
}
