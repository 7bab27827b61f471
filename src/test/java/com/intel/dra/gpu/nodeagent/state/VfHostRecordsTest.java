package com.intel.dra.gpu.nodeagent.state;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.BOOT;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.gpu;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.device.DeviceUid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VfHostRecordsTest {

  private static final VfHostRecord MADE = new VfHostRecord("flex170_m2", 8000, true);
  private static final DeviceUid ONE = gpu(3).uid();
  private static final DeviceUid OTHER = gpu(4).uid();

  @TempDir Path folder;

  @Test
  void whatAnotherAgentWroteIsSeenAndKept() throws IOException {
    VfHostRecords older = open();
    older.completeFrom(Map.of(), true);
    VfHostRecords newer = open();

    older.put(ONE, MADE);
    assertThat(newer.find(ONE)).hasValue(MADE);
    newer.put(OTHER, MADE);
    older.remove(ONE);

    assertThat(newer.find(ONE)).isEmpty();
    assertThat(older.find(OTHER)).hasValue(MADE);
    assertThat(open().find(OTHER)).hasValue(MADE);
  }

  @Test
  void aFileThatIsDamagedUnderARunningAgentIsWrittenAgain() throws IOException {
    VfHostRecords records = open();
    records.completeFrom(Map.of(ONE, MADE), true);
    Files.writeString(folder.resolve(VfHostRecords.FILE_NAME), "{");

    assertThat(records.isComplete()).isTrue();
    assertThat(records.find(ONE)).contains(MADE);
    assertThat(folder.resolve(VfHostRecords.DAMAGED_FILE_NAME)).hasContent("{");
    assertThat(open().find(ONE)).contains(MADE);
  }

  private VfHostRecords open() throws IOException {
    return VfHostRecords.open(folder, BOOT);
  }
}
