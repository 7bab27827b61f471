package com.intel.dra.gpu.nodeagent.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentBeansTest {

  @TempDir Path root;

  /** After an upgrade from 1.30 to 1.31 the manifests mount the folder of the other mode. */
  @Test
  void aStateFolderThatIsNotMountedIsNamedWithTheRemedy() throws IOException {
    TestingConfig config = TestingConfig.below(root);
    Path folder = config.stateDir(DraMode.STRUCTURED);
    Files.createFile(folder); // as unusable as one on a read-only file system

    assertThatIOException()
        .isThrownBy(() -> new AgentBeans().preparedClaims(config, DraMode.STRUCTURED))
        .withMessageContaining(folder.toString())
        .withMessageContaining("uses structured DRA")
        .withMessageContaining("install those for this version of Kubernetes");
  }

  @Test
  void classicModeHasNoFilesForPublishedVfs() throws IOException {
    TestingConfig config = TestingConfig.below(root);

    assertThat(new AgentBeans().publishedVfs(config, DraMode.CLASSIC).takeDamageReport()).isEmpty();
    assertThat(config.stateDir(DraMode.CLASSIC)).doesNotExist();

    new AgentBeans().publishedVfs(config, DraMode.STRUCTURED);
    assertThat(config.stateDir(DraMode.STRUCTURED)).isNotEmptyDirectory();
  }
}
