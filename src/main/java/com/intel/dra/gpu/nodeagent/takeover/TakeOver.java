package com.intel.dra.gpu.nodeagent.takeover;

import com.intel.dra.gpu.api.EventReason;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.devices.DeviceLock;
import com.intel.dra.gpu.nodeagent.devices.NodeDevices;
import com.intel.dra.gpu.nodeagent.gas.GasInformer;
import com.intel.dra.gpu.nodeagent.life.ActingAgent;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.tell.NodeEvents;
import com.intel.dra.gpu.structured.DeviceName;
import com.intel.dra.gpu.sysfs.discovery.SkipReason;
import com.intel.dra.gpu.sysfs.discovery.SkippedDevice;
import com.intel.dra.kit.files.AtomicFile;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Takes over what the Go driver's pods hold on this node, if the settings want it: the claims of
 * that driver's record become prepared claims of this one, and the record gets another name, so
 * that it is taken over once. Until then it is not known what is free, so nothing is published, no
 * VFs are made or removed, and no claim is prepared. Claims are unprepared at any time.
 *
 * <p>A record that is not understood is refused as a whole, told by an Event on the Node, and
 * looked at again until an administrator has mended or removed it.
 */
@Singleton
public class TakeOver {

  public static final String FILE_NAME = "preparedClaims.json";
  public static final String TAKEN_FILE_NAME = FILE_NAME + ".taken-over";

  private static final Logger LOG = Logger.getLogger(TakeOver.class);

  /** A record of a few hundred claims needs a tenth of this. */
  private static final int MAX_BYTES = 4 << 20;

  private final AtomicFile file;
  private final AgentConfig config;
  private final RecordedClaims claims;
  private final NodeDevices devices;
  private final PreparedClaims prepared;
  private final ActingAgent acting;
  private final NodeEvents events;
  private final DeviceLock lock;
  private final GasInformer gas;

  private volatile boolean settled;
  private String problem = "";

  @Inject
  public TakeOver(
      AgentConfig config,
      DraMode mode,
      ListedClaims claims,
      NodeDevices devices,
      PreparedClaims prepared,
      ActingAgent acting,
      NodeEvents events,
      DeviceLock lock,
      GasInformer gas,
      InstantSource uptime) {
    Path path = config.pluginDir(mode).resolve(FILE_NAME);
    this.file = new AtomicFile(path, PosixFilePermissions.fromString("rw-------"));
    this.config = config;
    this.claims = new RecordedClaims(claims, uptime);
    this.devices = devices;
    this.prepared = prepared;
    this.acting = acting;
    this.events = events;
    this.lock = lock;
    this.gas = gas;
    this.settled = isNotToBeTakenOver(path, config.takeOver());
  }

  private static boolean isNotToBeTakenOver(Path path, boolean wanted) {
    boolean exists = !Files.notExists(path); // also if the disk does not say whether it does
    if (exists && !wanted) {
      LOG.warnf(
          "%s, the Go driver's record of prepared claims, is not read: if its pods still run, set"
              + " GPU_TAKE_OVER=true; if none does, delete the file",
          path);
    }
    return !wanted || !exists;
  }

  /** Whether it is known what the Go driver's pods hold, or nothing is to be taken over. */
  public boolean isSettled() {
    return settled;
  }

  /**
   * Call this before a claim's record is removed, because the claim has been unprepared. It is
   * written down, because a record that is refused may wait longer than the agent runs.
   */
  public synchronized void ended(String uid) throws IOException {
    if (!settled) {
      prepared.ended(uid);
    }
  }

  /** Call this often, on one thread. It may block on the API server. */
  public void look() {
    if (settled) {
      return;
    }
    if (Files.notExists(file.path())) {
      settle(); // another agent has taken it over, or the administrator has removed it
    } else if (acting.isActing()) {
      devices.known().ifPresent(this::read);
    }
  }

  private void read(List<Gpu> known) {
    try {
      Optional<byte[]> content = file.read(MAX_BYTES);
      if (content.isEmpty()) {
        return;
      }
      if (content.get().length > MAX_BYTES) {
        refused("it is larger than %d bytes".formatted(MAX_BYTES));
        return;
      }
      switch (GoDriverRecord.read(content.get(), config.nodeName())) {
        case GoDriverRecord.Read.Refused(String why) -> refused(why);
        case GoDriverRecord.Read.Good(GoDriverRecord record) -> {
          Optional<Map<String, ResourceClaim>> found = claims.find(record.uids());
          if (found.isPresent()) {
            take(record, known, found.get());
          }
        }
      }
    } catch (KubernetesClientException e) {
      waits(
          "%s, the Go driver's record, waits for the list of ResourceClaims, and nothing new is offered on this node: %s. If the agent may not list them, install the component take-over, which grants it"
              .formatted(file.path(), e.getMessage()));
    } catch (IOException e) {
      refused("check the node's disk: " + e);
    }
  }

  private void refused(String why) {
    waits(
        "%s, the Go driver's record of prepared claims, is refused: %s. Nothing new is offered on this node, and its pods go on. Mend the file, or end the pods that use its GPUs and delete the file"
            .formatted(file.path(), why));
  }

  private void waits(String why) {
    if (!why.equals(problem)) {
      problem = why;
      events.tell(EventReason.TAKE_OVER_WAITS, why);
    }
  }

  private void take(GoDriverRecord record, List<Gpu> known, Map<String, ResourceClaim> atApiServer)
      throws IOException {
    TakenOverClaims taken;
    synchronized (this) {
      taken =
          TakenOverClaims.of(
              record.without(prepared.ended()), known, atApiServer, config.nodeName());
      Optional<SkippedDevice> unknown = unknownFor(taken.notHere());
      if (unknown.isPresent()) {
        waits(
            "%s, the Go driver's record, waits for a device that a pod may use, and nothing new is offered on this node: %s. If the device stays so, end the pods that use GPUs of this node and delete the file"
                .formatted(file.path(), unknown.get()));
        return;
      }
      prepared.takeOver(taken.byUid(), taken.gone());
      file.setAsideAs(TAKEN_FILE_NAME);
      settle();
    }
    if (!taken.notHere().isEmpty()) {
      LOG.warnf(
          "The Go driver's record names devices that are not here as GPUs now, and of which nothing"
              + " is offered: %s",
          taken.notHere());
    }
    events.tell(
        EventReason.TAKEN_OVER,
        "%d claims that the Go driver prepared are taken over, and hold their devices until their pods end; the record is %s now"
            .formatted(taken.byUid().size(), TAKEN_FILE_NAME));
  }

  /** Without what cannot be read at the moment, a device that a pod uses would be offered later. */
  private Optional<SkippedDevice> unknownFor(Set<String> notHere) {
    Set<PciAddress> addresses =
        notHere.stream()
            .flatMap(name -> DeviceName.parse(name).stream())
            .map(name -> name.uid().address())
            .collect(Collectors.toSet());
    return devices.skipped().stream()
        .filter(device -> device.reason().mayPass())
        .filter(
            device ->
                addresses.contains(device.address())
                    || (device.reason() == SkipReason.SRIOV_UNKNOWN && !addresses.isEmpty()))
        .findFirst();
  }

  private synchronized void settle() {
    settled = true;
    try {
      prepared.forgetEnded();
    } catch (IOException e) {
      LOG.warnf("Claims that have ended are still on record, which does no harm: %s", e);
    }
    lock.signalChange();
    gas.reconcileSoon();
  }
}
