package com.intel.dra.gpu.nodeagent.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.nodeagent.app.VfNode;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** VFs are about to be removed, and which claims are prepared cannot be read any more. */
class UnreadableClaimsTest {

  @TempDir Path root;

  @Test
  void aVfThatAnotherAgentPreparedMeanwhileStays() throws IOException {
    VfNode node = VfNode.stepByStep(root);
    Gpu gpu = node.flex170(3);
    node.start();
    node.settle();
    assertThat(node.allocateVfs("a", 1, 2000)).isTrue();
    node.settle();
    var prepared = new PreparedClaim("default", "claim-a", node.devicesOf("a"));
    node.release("a");
    node.reconcile();
    Path folder = node.config().stateDir().orElseThrow();
    PreparedClaims ofAnotherAgent = PreparedClaims.open(folder, node.boot());
    ofAnotherAgent.put("a", prepared);
    Path file = folder.resolve(PreparedClaims.FILE_NAME);
    Files.move(file, root.resolve("kept"));
    Files.createDirectory(file);

    assertThat(node.work()).as("the removal").isTrue();
    assertThat(node.kernel.numVfs(gpu)).isPositive();

    Files.delete(file);
    Files.move(root.resolve("kept"), file);
    node.pass(Duration.ofMinutes(1));
    node.settle();
    assertThat(node.kernel.numVfs(gpu)).isPositive();
    node.unprepare("a");
    node.settle();
    node.assertAgreement();
  }
}
