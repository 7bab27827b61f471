package com.intel.dra.gpu.e2e;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The API server takes each example of classic mode as deploy/spell prints it for its version. */
@Tag("core")
class SpelledExamplesIT {

  @RegisterExtension final RealCluster cluster = RealCluster.withWhateverGpus();

  @Test
  void eachExampleIsTaken() {
    Examples.files().forEach(file -> cluster.assertTaken(Examples.FOLDER.resolve(file)));
  }
}
