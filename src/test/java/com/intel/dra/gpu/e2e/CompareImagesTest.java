package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The script that compares two builds, with images of a few bytes. */
class CompareImagesTest {

  /** Writes three images whose layers have one file each, to the folder {@code $1}. */
  private static final String IMAGES =
      """
      mkdir -p "$1" work; cd work
      for file in opt/java/release opt/driver/lib/a.jar opt/driver/app/driver.jar \
        opt/driver/quarkus/generated-bytecode.jar opt/driver/agent.jvm opt/driver/application.aot; do
        mkdir -p "root/$(dirname "$file")"; echo first >"root/$file"
        tar -C root --sort=name --mtime=@0 -cf "$(basename "$file").tar" "$file"
      done
      jq -n '{config: {Labels: {revision: "1"}}, rootfs: {diff_ids: []}}' >config.json
      jq -n '[{Config: "config.json", Layers: ["release.tar", "a.jar.tar", "driver.jar.tar",
        "generated-bytecode.jar.tar", "agent.jvm.tar", "application.aot.tar"]}]' >manifest.json
      for image in controller node-agent simulator; do tar -cf "$1/$image.tar" *.json *.tar; done
      """;

  @TempDir Path folder;

  @BeforeEach
  void makeTwoBuilds() {
    for (String build : new String[] {"one", "two"}) {
      script("set -- " + folder.resolve(build) + "\n" + IMAGES);
    }
  }

  @Test
  void twoBuildsMayDifferInGeneratedClassesAndAotCache() {
    change("generated-bytecode.jar.tar");
    change("application.aot.tar");

    assertThat(compare())
        .contains(
            "controller configuration same\n",
            "controller base same\n",
            "controller libraries same\n",
            "controller driver same\n",
            "controller generated differs, as always\n",
            "controller options same\n",
            "controller aot-cache differs, as always\n",
            "node-agent aot-cache same\n",
            "simulator base same\n")
        .doesNotContain("error");
  }

  @ParameterizedTest
  @CsvSource({
    "release.tar, base",
    "a.jar.tar, libraries",
    "driver.jar.tar, driver",
    "agent.jvm.tar, options",
  })
  void anyOtherLayerIsTold(String layer, String what) {
    change(layer);

    assertThat(compare())
        .contains("controller " + what + " differs\n")
        .contains("error: these are not two builds of one commit");
  }

  @Test
  void otherLabelsAreShown() {
    script(
        "cd work; jq '.config.Labels.revision = \"2\"' config.json >new; mv new config.json;"
            + " tar -cf ../two/controller.tar *.json *.tar");

    assertThat(compare())
        .contains("controller configuration differs\n", "\"revision\": \"2\"", "error: ");
  }

  @Test
  void aMissingImageIsNamed() {
    script("rm two/simulator.tar");

    assertThat(compare()).contains("two/simulator.tar is missing: give the folders target/images");
  }

  /** Gives the controller of the second build another file in that layer, of the same name. */
  private void change(String layer) {
    script(
        "cd work; file=$(tar -tf %1$s); echo second >root/$file; tar -C root --mtime=@0 -cf %1$s $file;"
                .formatted(layer)
            + " tar -cf ../two/controller.tar *.json *.tar");
  }

  private String compare() {
    String script = Path.of("src/build/compare-images.sh").toAbsolutePath().toString();
    return Shell.tryScript(new Shell.Setting(folder, Map.of()), script + " one two");
  }

  private void script(String text) {
    Shell.script(new Shell.Setting(folder, Map.of()), text);
  }
}
