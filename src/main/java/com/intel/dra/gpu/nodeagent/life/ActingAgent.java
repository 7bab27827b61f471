package com.intel.dra.gpu.nodeagent.life;

import com.intel.dra.kit.files.FileLocks;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Determines which of two agents on a node acts while one replaces the other. The acting agent
 * updates the GAS and the slices, and changes the hardware. The other agent stands by: it serves
 * the kubelet, whose calls may have to wait, and acts when the first agent has ended.
 *
 * <p>An agent that acts does so until its process ends; the kernel then releases its lock. That
 * happens only after the last write to the hardware has returned, which may take longer than the
 * rest of the agent's shutdown.
 */
public class ActingAgent {

  static final String LOCK_NAME = "acting.lock";

  private static final Logger LOG = Logger.getLogger(ActingAgent.class);

  private final Path folder;
  private final Path file;
  private Optional<FileChannel> lock = Optional.empty();
  private String problem = "";

  /**
   * @param folder the folder that the node's agents share; created if it is missing
   */
  public ActingAgent(Path folder) {
    this.folder = folder;
    this.file = folder.resolve(LOCK_NAME);
  }

  public synchronized boolean isActing() {
    return lock.isPresent();
  }

  /**
   * Call this periodically.
   *
   * @return whether this agent acts from now on, and did not before
   */
  synchronized boolean tryToAct() {
    if (isActing()) {
      return false;
    }
    try {
      Files.createDirectories(folder);
      lock = FileLocks.tryLock(file);
      if (lock.isEmpty()) {
        tell("another agent on this node acts until it ends");
      } else if (!problem.isEmpty()) {
        LOG.info("The other agent has ended: this one acts now");
      }
    } catch (IOException e) {
      tell("%s cannot be locked, check the node's disk: %s".formatted(file, e));
    }
    return isActing();
  }

  private void tell(String reason) {
    if (!reason.equals(problem)) {
      problem = reason;
      LOG.infof("Standing by: %s", reason);
    }
  }

  /**
   * Releases the lock as the end of the process does, for agents that a test ends without their
   * process.
   */
  public synchronized void letGo() throws IOException {
    if (lock.isPresent()) {
      lock.get().close();
      lock = Optional.empty();
    }
  }
}
