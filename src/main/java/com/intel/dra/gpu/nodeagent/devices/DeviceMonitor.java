package com.intel.dra.gpu.nodeagent.devices;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.device.GpuHealth;
import com.intel.dra.gpu.device.MemorySource;
import com.intel.dra.gpu.nodeagent.cdi.GpuCdiDevices;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.gas.GasInformer;
import com.intel.dra.gpu.nodeagent.gas.GasPublication;
import com.intel.dra.gpu.sysfs.discovery.Discovery;
import com.intel.dra.gpu.sysfs.discovery.GpuDiscovery;
import com.intel.dra.gpu.sysfs.discovery.SkippedDevice;
import com.intel.dra.kit.cdi.CdiDevice;
import com.intel.dra.kit.cdi.CdiSpecFile;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Looks at sysfs and publishes changes in a safe order: a new device is in the CDI spec before the
 * GAS offers it, and a vanished device leaves the GAS before it leaves the spec.
 */
@Singleton
public class DeviceMonitor {

  private static final Logger LOG = Logger.getLogger(DeviceMonitor.class);

  private final GpuDiscovery discovery;
  private final CdiSpecFile cdi;
  private final NodeDevices devices;
  private final GasInformer gas;
  private final GasPublication publication;
  private final DeviceLock lock;
  private final VfHosts hosts;
  private final DeviceMetrics figures;
  private final AgentConfig config;

  private final TwoLooks looks = new TwoLooks();
  private List<String> lastSkipped = List.of();
  private Map<DeviceUid, MemorySource> lastMemory = Map.of();
  private String lastFailure = "";
  private Optional<String> lastPassedOver = Optional.empty();

  @Inject
  public DeviceMonitor(
      GpuDiscovery discovery,
      CdiSpecFile cdi,
      NodeDevices devices,
      GasInformer gas,
      GasPublication publication,
      DeviceLock lock,
      VfHosts hosts,
      DeviceMetrics figures,
      AgentConfig config) {
    this.discovery = discovery;
    this.cdi = cdi;
    this.devices = devices;
    this.gas = gas;
    this.publication = publication;
    this.lock = lock;
    this.hosts = hosts;
    this.figures = figures;
    this.config = config;
  }

  /**
   * Looks once. If sysfs or the CDI folder cannot be used, everything stays as it was until the
   * next look; this is logged when it begins, ends or changes.
   *
   * @return whether everything is now as this look found it
   */
  public synchronized boolean scan() {
    looks.beginScan();
    return look(devices::tell);
  }

  /**
   * Looks between two scans, as {@link #scan} does, after work on VFs. What two scans find unusable
   * counts as unusable, because one may fail by itself. This look may come a moment after a scan,
   * so it is no second one.
   */
  public synchronized boolean scanBetween() {
    looks.beginBetween();
    return look(devices::tellBetween);
  }

  /**
   * @param tell passes on the facts
   */
  private boolean look(Consumer<List<GpuFacts>> tell) {
    try {
      boolean othersSkipped = apply(lookAndPublish(devices.known().orElse(List.of()), tell));
      if (othersSkipped) {
        gas.reconcileSoon(); // VFs of somebody else may have come or gone
      }
      if (!lastFailure.isEmpty()) {
        LOG.info("Discovery works again");
        lastFailure = "";
      }
      return true;
    } catch (IOException e) {
      figures.discoveryFailed();
      if (!e.toString().equals(lastFailure)) {
        lastFailure = e.toString();
        LOG.errorf(
            "The devices of this node could not be discovered and published, trying again every %s:"
                + " %s",
            config.rescanInterval(), e);
      }
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private Discovery look() throws IOException {
    Discovery found = discovery.discover();
    if (found.facts().stream().anyMatch(DeviceMonitor::wasRefusedFiles)) {
      throw new IOException("the agent has too many open files");
    }
    return looks.believed(found);
  }

  /** Whether the agent had too many open files; this says nothing about the device. */
  private static boolean wasRefusedFiles(GpuFacts device) {
    return device.health() instanceof GpuHealth.Unreadable(String why)
        && why.contains("too many open files");
  }

  /**
   * Looks, and publishes the result in the CDI spec. Another agent of the node may write the spec
   * too; so if there is something to write, this agent looks once more under the spec's lock.
   *
   * @param before devices that stay in the spec although they have vanished
   */
  private Discovery lookAndPublish(List<Gpu> before, Consumer<List<GpuFacts>> tell)
      throws IOException {
    Discovery found = look();
    try {
      if (!cdi.says(cdiDevices(found, before))) {
        found = cdi.exclusively(() -> publish(look(), before));
      }
      return found;
    } finally {
      tell.accept(found.facts());
    }
  }

  /** Returns whether the skipped devices are others than before. */
  private boolean apply(Discovery found) throws IOException, InterruptedException {
    devices.tellSkipped(found.skipped());
    boolean othersSkipped = logSkipped(found.skipped());
    logMemory(found);
    logPassedOver(found.passedOver());
    figures.discovered(found);
    List<Gpu> now = found.devices();
    if (devices.known().filter(now::equals).isPresent()) {
      return othersSkipped;
    }
    List<Gpu> vanished =
        devices.known().orElse(List.of()).stream().filter(gpu -> isGone(gpu, now)).toList();
    devices.replace(now);
    lock.signalChange();
    LOG.infof("Devices of this node: %s", uids(now));
    gas.reconcileSoon();
    if (!vanished.isEmpty()) {
      Set<String> unexpected = unexpected(vanished);
      if (!unexpected.isEmpty()) {
        LOG.warnf("Devices that are gone: %s", unexpected);
      }
      if (!publication.awaitWithdrawn(() -> unexpected(vanished))) {
        LOG.warnf("%s may still offer devices that are gone", config.gasName());
      }
      var unused = cdi.exclusively(() -> publish(look(), now));
    }
    return othersSkipped;
  }

  private Discovery publish(Discovery found, List<Gpu> before) throws IOException {
    List<CdiDevice> all = cdiDevices(found, before);
    if (cdi.publish(all) != CdiSpecFile.Outcome.UNCHANGED) {
      LOG.infof("Wrote CDI spec %s: %s", cdi.path(), all.stream().map(CdiDevice::name).toList());
    }
    return found;
  }

  private List<CdiDevice> cdiDevices(Discovery found, List<Gpu> before) {
    List<Gpu> now = found.devices();
    List<Gpu> vanished = before.stream().filter(gpu -> isGone(gpu, now)).toList();
    var all =
        new ArrayList<>(GpuCdiDevices.of(withThoseStillOffered(now, vanished), config.devRoot()));
    all.addAll(GpuCdiDevices.firmwareOf(found.facts(), config.devRoot()));
    return all;
  }

  /** Leaves out vanished devices whose device node now belongs to another device. */
  private static List<Gpu> withThoseStillOffered(List<Gpu> now, List<Gpu> vanished) {
    var all = new ArrayList<>(now);
    vanished.stream()
        .filter(gone -> now.stream().noneMatch(gpu -> gpu.drmNodes().overlap(gone.drmNodes())))
        .forEach(all::add);
    return all;
  }

  private static boolean isGone(Gpu gpu, List<Gpu> now) {
    return now.stream().noneMatch(present -> present.uid().equals(gpu.uid()));
  }

  private static Set<String> uids(List<Gpu> gpus) {
    return gpus.stream()
        .map(gpu -> gpu.uid().toString())
        .collect(Collectors.toCollection(java.util.LinkedHashSet::new));
  }

  /** Leaves out VFs that are being changed, because these may be offered again. */
  private Set<String> unexpected(List<Gpu> vanished) {
    return uids(vanished.stream().filter(gpu -> !isBeingChanged(gpu)).toList());
  }

  private boolean isBeingChanged(Gpu gpu) {
    return gpu.uid().parent().flatMap(hosts::state).isPresent();
  }

  /** Returns whether they are others than before. */
  private boolean logSkipped(List<SkippedDevice> skipped) {
    List<String> now =
        skipped.stream()
            .map(
                device ->
                    looks.isInDoubt(device)
                        ? "To take effect if the next discovery fails too: " + device
                        : "Not offered: " + device)
            .toList();
    if (now.equals(lastSkipped)) {
      return false;
    }
    lastSkipped = now;
    now.forEach(LOG::warn);
    return true;
  }

  private void logPassedOver(Optional<String> now) {
    if (!now.equals(lastPassedOver)) {
      now.ifPresentOrElse(
          what -> LOG.warnf("Not used for the GPUs' memory: %s", what),
          () -> LOG.info("All that the kernel states of the GPUs' memory makes sense again"));
      lastPassedOver = now;
    }
  }

  private void logMemory(Discovery found) {
    var sources = new HashMap<DeviceUid, MemorySource>();
    found.facts().forEach(known -> known.memory().ifPresent(at -> sources.put(known.uid(), at)));
    for (Gpu gpu : found.devices()) {
      MemorySource source = sources.get(gpu.uid());
      if (source != null && !source.equals(lastMemory.get(gpu.uid()))) {
        LOG.infof("Local memory of %s: %d MiB, %s", gpu.uid(), gpu.memoryMiB(), source.describe());
      }
    }
    lastMemory = sources;
  }
}
