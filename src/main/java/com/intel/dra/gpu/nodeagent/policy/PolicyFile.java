package com.intel.dra.gpu.nodeagent.policy;

import com.intel.dra.gpu.policy.GpuSharing;
import com.intel.dra.gpu.policy.PolicyRules;
import com.intel.dra.kit.files.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The file with the administrator's rules. It is compared by content, because a mounted ConfigMap
 * changes when a link above the file is replaced. The last good rules are kept in the state folder,
 * so that they outlive the agent.
 */
final class PolicyFile {

  static final String KEPT_FILE_NAME = "policy.yaml";

  private static final Logger LOG = Logger.getLogger(PolicyFile.class);

  private static final byte[] NO_RULES = {};

  private final Path file;
  private final Path stateDir;
  private final AtomicFile kept;
  private final GpuSharing.ByMemory byMemory;
  private Optional<byte[]> lastContent = Optional.empty();
  private String lastFailure = "";

  PolicyFile(Path file, Path stateDir, GpuSharing.ByMemory byMemory) {
    this.file = file;
    this.stateDir = stateDir;
    this.kept =
        new AtomicFile(
            stateDir.resolve(KEPT_FILE_NAME), PosixFilePermissions.fromString("rw-------"));
    this.byMemory = byMemory;
  }

  /** The result of one look. */
  sealed interface Look {

    record Unchanged() implements Look {}

    record Good(PolicyRules rules) implements Look {}

    /**
     * The content cannot be followed. Reported once for each content.
     *
     * @param why for the administrator
     */
    record Refused(String why) implements Look {}
  }

  /** Without the file there are no rules. */
  Look look() {
    byte[] content;
    try {
      content = AtomicFile.read(file, PolicyReader.MAX_BYTES).orElse(NO_RULES);
    } catch (IOException e) {
      return refusedOnce("%s cannot be read: %s".formatted(file, e));
    }
    lastFailure = "";
    if (lastContent.filter(last -> Arrays.equals(last, content)).isPresent()) {
      return new Look.Unchanged();
    }
    lastContent = Optional.of(content);
    try {
      PolicyRules rules = PolicyReader.read(content, byMemory);
      keep(content);
      return new Look.Good(rules);
    } catch (InvalidPolicyException e) {
      return new Look.Refused(String.valueOf(e.getMessage()));
    }
  }

  private Look refusedOnce(String failure) {
    if (failure.equals(lastFailure)) {
      return new Look.Unchanged();
    }
    lastFailure = failure;
    lastContent = Optional.empty();
    return new Look.Refused(failure);
  }

  /** The last good rules of an earlier agent; empty if there are none. */
  Optional<PolicyRules> kept() {
    try {
      Optional<byte[]> content = kept.read(PolicyReader.MAX_BYTES);
      return content.isPresent()
          ? Optional.of(PolicyReader.read(content.get(), byMemory))
          : Optional.empty();
    } catch (IOException | InvalidPolicyException e) {
      LOG.warnf("The rules in %s cannot be used: %s", kept.path(), e.getMessage());
      return Optional.empty();
    }
  }

  /** If that fails, the only consequence is that a later agent may not know these rules. */
  private void keep(byte[] content) {
    try {
      Files.createDirectories(stateDir);
      if (content.length == 0) {
        kept.delete();
      } else if (kept.read(PolicyReader.MAX_BYTES)
          .filter(before -> Arrays.equals(before, content))
          .isEmpty()) {
        kept.write(content);
      }
    } catch (IOException e) {
      LOG.warnf("%s could not be written, check the node's disk: %s", kept.path(), e);
    }
  }
}
