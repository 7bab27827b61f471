package com.intel.dra.gpu.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of docs/operate/security.md has the rights that the manifests give, and no others. */
class RbacTableTest {

  private static final Pattern ROW =
      Pattern.compile(
          "\\| `(intel-gpu-[a-z-]+)` \\| (cluster|`default`) \\| (.+?) \\| (.+?) \\| (.+?) \\|.*");

  @Test
  void theTableSaysWhatTheManifestsGive() throws IOException {
    Set<String> written = rightsInTheTable();

    var sources = new ArrayList<>(ManifestRights.SOURCES);
    sources.add(Path.of("deploy/components/claim-status/rbac.yaml"));
    sources.add(Path.of("deploy/components/take-over/rbac.yaml"));
    for (String component : List.of("openshift", "openshift-controller", "openshift-explainer")) {
      sources.add(Path.of("deploy/components/%s/scc.yaml".formatted(component)));
    }
    sources.add(Path.of("src/main/kubernetes/rbac-explainer.yml"));

    assertThat(written).hasSizeGreaterThan(20);
    assertThat(new ManifestRights(sources).all()).containsExactlyInAnyOrderElementsOf(written);
  }

  /** Returns "account scope group resource verb" of each right. */
  private static Set<String> rightsInTheTable() throws IOException {
    var rights = new TreeSet<String>();
    for (String line : Files.readAllLines(Path.of("docs/operate/security.md"))) {
      var row = ROW.matcher(line);
      if (row.matches()) {
        for (String resource : plain(row.group(4))) {
          for (String verb : plain(row.group(5))) {
            String right =
                String.join(
                    " ",
                    row.group(1),
                    plain(row.group(2)).getFirst(),
                    plain(row.group(3)).getFirst(),
                    resource,
                    verb);
            assertThat(rights.add(right)).as("told once: " + right).isTrue();
          }
        }
      }
    }
    return rights;
  }

  private static List<String> plain(String cell) {
    return List.of(cell.replace("`", "").split(",\\s*"));
  }
}
