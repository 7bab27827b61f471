package com.intel.dra.gpu.selfcheck.compare;

import static com.intel.dra.gpu.selfcheck.compare.StatementSource.CDI;
import static com.intel.dra.gpu.selfcheck.compare.StatementSource.CLAIMS;
import static com.intel.dra.gpu.selfcheck.compare.StatementSource.GAS;
import static com.intel.dra.gpu.selfcheck.compare.StatementSource.HARDWARE;
import static com.intel.dra.gpu.selfcheck.compare.StatementSource.PREPARED_CLAIMS;
import static com.intel.dra.gpu.selfcheck.compare.StatementSource.SETTINGS;
import static com.intel.dra.gpu.selfcheck.compare.StatementSource.SLICES;
import static com.intel.dra.gpu.selfcheck.compare.StatementSource.SOCKETS;
import static com.intel.dra.gpu.selfcheck.compare.StatementSource.VF_HOSTS;

import com.intel.dra.kit.kubelet.server.PluginSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Two sources that say different things about one object. If two looks return equal disagreements,
 * they count as one that has lasted. Each kind is described in docs/operate/self-check.md.
 */
public sealed interface Disagreement {

  /**
   * The disagreement in words.
   *
   * @param object the device, claim, file or API object
   * @param one the first of the two sources that differ
   * @param finding what the sources say
   * @param remedy what to do about it
   */
  record Description(
      String object, StatementSource one, StatementSource other, String finding, String remedy) {}

  Description description();

  /** The name of this kind in reports and in the documentation. */
  default String kind() {
    return getClass().getSimpleName();
  }

  /** The whole disagreement in one line. */
  default String line() {
    Description told = description();
    return "%s %s: %s (%s); %s"
        .formatted(
            kind(),
            told.object(),
            told.finding(),
            told.one() == told.other()
                ? told.one().title()
                : "%s, %s".formatted(told.one().title(), told.other().title()),
            told.remedy());
  }

  String SEE_LOG = "see the node agent's log for the reason";
  String DELETE_PODS = "delete the claim's pods so that it is allocated anew";

  // --- the GAS as a whole

  record GasMissing(String object) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          GAS,
          SETTINGS,
          "the node has an agent and no such object",
          "the agent makes it within seconds; if not, its log has the reason, such as missing rights or a NODE_NAME that no Node has");
    }
  }

  record GasNotReady(String object) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          GAS,
          SOCKETS,
          "it says NotReady while the agent serves the kubelet, so nothing new is placed on the"
              + " node",
          "the kubelet refused the plugin's registration, or the agent cannot write the GAS: see"
              + " the logs of both");
    }
  }

  // --- devices

  record DeviceNotOffered(String object) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          HARDWARE,
          GAS,
          "it is there and usable, and spec.allocatable does not offer it",
          "a GPU is withheld while its VFs cannot be removed or counted: " + SEE_LOG);
    }
  }

  record OfferedDeviceGone(String object) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          GAS,
          HARDWARE,
          "spec.allocatable offers it, and no usable device of that name is there",
          "if it is a VF that claims wait for, it cannot be made: " + SEE_LOG);
    }
  }

  record OfferDiffers(String object, String offered, String there) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          GAS,
          HARDWARE,
          "spec.allocatable says %s, the hardware says %s".formatted(offered, there),
          SEE_LOG + "; the agent writes the GAS as soon as it can");
    }
  }

  record CdiDeviceMissing(String object) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          HARDWARE,
          CDI,
          "it is there and usable, and the CDI spec does not define it, so no container can get it",
          "the agent could not write the spec: "
              + SEE_LOG
              + ", and check the free space of GPU_CDI_ROOT");
    }
  }

  record CdiDeviceGone(String object) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          CDI,
          HARDWARE,
          "the CDI spec defines it, and no usable device of that name is there",
          "the agent could not write the spec: "
              + SEE_LOG
              + ", and check the free space of GPU_CDI_ROOT");
    }
  }

  record CdiNodesDiffer(String object, List<String> spec, List<String> there)
      implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          CDI,
          HARDWARE,
          "the CDI spec gives containers %s, its device nodes are %s".formatted(spec, there),
          "start no new pods on the node until the agent has written the spec: " + SEE_LOG);
    }
  }

  record CdiDeviceTwice(String object, Path file) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          CDI,
          CDI,
          "%s defines it too, so the container runtime gives it to no container".formatted(file),
          "remove that file, or what writes it: another driver or device plugin for these GPUs");
    }
  }

  record CdiSpecUnreadable(String object, String reason) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          CDI,
          HARDWARE,
          "it cannot be read: " + reason,
          "remove it: the agent writes it anew at its next look");
    }
  }

  record DeviceNotPublished(String object) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          HARDWARE,
          SLICES,
          "it is there and usable, and no ResourceSlice offers it to the scheduler",
          "the agent could not publish: " + SEE_LOG);
    }
  }

  record PublishedDeviceGone(String object) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          SLICES,
          HARDWARE,
          "ResourceSlices offer it, and its GPU is not there",
          "a GPU that vanished stays published, with a taint, until its pods have ended: delete them; if it has none, "
              + SEE_LOG);
    }
  }

  record SlicesIncomplete(String object, long announced, int found, List<String> outdated)
      implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          SLICES,
          SLICES,
          "%d slices of the newest generation are there, and they say that there are %d; slices of earlier generations: %s"
              .formatted(found, announced, outdated),
          "the scheduler uses no device of an incomplete pool: " + SEE_LOG);
    }
  }

  // --- VFs

  record HeldVfMissing(String object, String claim) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          GAS,
          HARDWARE,
          "claim %s holds it, and it is not there or has no DRM card".formatted(claim),
          "it cannot be made: " + SEE_LOG + ", or " + DELETE_PODS);
    }
  }

  record HeldVfTooSmall(String object, String claim, int promisedMiB, long bytes)
      implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          GAS,
          HARDWARE,
          "claim %s was given %d MiB, and the kernel gave it %d bytes"
              .formatted(claim, promisedMiB, bytes),
          "somebody made another VF in its place; " + DELETE_PODS);
    }
  }

  record VfsWithoutHolder(String object, int numVfs) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          HARDWARE,
          GAS,
          "it has %d VFs that are this driver's to remove, and no claim holds any"
              .formatted(numVfs),
          "they cannot be removed: " + SEE_LOG + " and the kernel's");
    }
  }

  record VfRecordWithoutVfs(String object) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          VF_HOSTS,
          HARDWARE,
          "it is recorded as split, and has no VFs",
          "somebody removed them: the agent makes those again that claims hold, and drops the record if there are none: "
              + SEE_LOG);
    }
  }

  record VfsUnfinished(String object) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          VF_HOSTS,
          HARDWARE,
          "making or removing its VFs was begun and has not ended",
          "the agent tries again: " + SEE_LOG + " and the kernel's");
    }
  }

  record QuotasLeft(String object, List<String> files) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          HARDWARE,
          VF_HOSTS,
          "it has neither VFs nor a record, but not all of its files are as on a GPU that was never split: %s"
              .formatted(files),
          "if no administrator is at work on it, write 0 to the quotas and 1 to auto_provisioning");
    }
  }

  record VfRecordsUnreadable(String object, String reason) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          VF_HOSTS,
          HARDWARE,
          "it cannot be used: " + reason,
          "the agent sets a damaged file aside and rebuilds it from the GAS: "
              + SEE_LOG
              + "; check the disk");
    }
  }

  // --- prepared claims

  record PreparedClaimsUnreadable(String object, String reason) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          PREPARED_CLAIMS,
          GAS,
          "it cannot be used: " + reason,
          "the agent sets a damaged file aside and rebuilds it from the GAS: "
              + SEE_LOG
              + "; check the disk");
    }
  }

  record PreparedClaimsIncomplete(String object) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          PREPARED_CLAIMS,
          GAS,
          "it was lost and is not completed from the GAS yet",
          "the agent needs to read the GAS for it: " + SEE_LOG);
    }
  }

  record PreparedNotInGas(String object) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          PREPARED_CLAIMS,
          GAS,
          "the claim is prepared, and spec.prepared does not say so",
          "the agent cannot write the GAS: " + SEE_LOG);
    }
  }

  record PreparedInGasAlone(String object) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          GAS,
          PREPARED_CLAIMS,
          "spec.prepared lists the claim, and it is not prepared, so its devices count as taken",
          "the agent cannot write the GAS: " + SEE_LOG);
    }
  }

  record PreparedDiffers(String object, Set<String> prepared, Set<String> inGas)
      implements Disagreement {
    public PreparedDiffers {
      prepared = new TreeSet<>(prepared);
      inGas = new TreeSet<>(inGas);
    }

    @Override
    public Description description() {
      return new Description(
          object,
          PREPARED_CLAIMS,
          GAS,
          "the claim is prepared with %s, spec.prepared says %s".formatted(prepared, inGas),
          "the agent cannot write the GAS: " + SEE_LOG);
    }
  }

  record PreparedWithoutAllocation(String object) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          PREPARED_CLAIMS,
          CLAIMS,
          "the claim is prepared, and at the API server it is gone or not allocated to this node",
          "the kubelet unprepares it when its containers have ended; if it never does, the agent"
              + " forgets it after GPU_ABANDONED_CLAIMS_AFTER");
    }
  }

  record PreparedOtherDevices(String object, Set<String> prepared, Set<String> allocated)
      implements Disagreement {
    public PreparedOtherDevices {
      prepared = new TreeSet<>(prepared);
      allocated = new TreeSet<>(allocated);
    }

    @Override
    public Description description() {
      return new Description(
          object,
          PREPARED_CLAIMS,
          CLAIMS,
          "the claim is prepared with %s, and allocated %s".formatted(prepared, allocated),
          "it was allocated anew while its containers ran; delete the claim's pods");
    }
  }

  // --- allocations

  record ClaimNotInGas(String object) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          CLAIMS,
          GAS,
          "the claim is allocated to this node, and spec.resourceClaimAllocations does not list it,"
              + " so its devices count as free",
          "the controller puts it back: check that it runs, and see its log");
    }
  }

  record AllocationWithoutClaim(String object) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          GAS,
          CLAIMS,
          "spec.resourceClaimAllocations lists the claim, and at the API server it is gone or not"
              + " allocated to this node",
          "the controller drops it (structured DRA: the agent, 10 minutes after the kubelet asked"
              + " last): see its log");
    }
  }

  record AllocationDiffers(String object, Set<String> inGas, Set<String> allocated)
      implements Disagreement {
    public AllocationDiffers {
      inGas = new TreeSet<>(inGas);
      allocated = new TreeSet<>(allocated);
    }

    @Override
    public Description description() {
      return new Description(
          object,
          GAS,
          CLAIMS,
          "spec.resourceClaimAllocations gives the claim %s, its own status %s"
              .formatted(inGas, allocated),
          "the claim counts, and the controller corrects the GAS: check that it runs, and see its log");
    }
  }

  record DeviceHeldTwice(String object, Set<String> claims) implements Disagreement {
    public DeviceHeldTwice {
      claims = new TreeSet<>(claims);
    }

    @Override
    public Description description() {
      return new Description(
          object,
          GAS,
          GAS,
          "claims %s cannot hold it together: a VF belongs to one claim, and a GPU that is split to none"
              .formatted(claims),
          "delete the pods of all but one of them");
    }
  }

  record DeviceOvercommitted(String object, long heldMiB, int hasMiB, Set<String> claims)
      implements Disagreement {
    public DeviceOvercommitted {
      claims = new TreeSet<>(claims);
    }

    @Override
    public Description description() {
      return new Description(
          object,
          GAS,
          HARDWARE,
          "claims %s hold %d MiB of its %d MiB".formatted(claims, heldMiB, hasMiB),
          "delete the pods of one of them");
    }
  }

  // --- the plugin and its files

  record SocketMissing(String object, PluginSocket.Kind type) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          SOCKETS,
          SETTINGS,
          "no %s socket is served, so the kubelet does not find the driver"
              .formatted(type.name().toLowerCase(Locale.ROOT)),
          "restart the node agent of this node; " + SEE_LOG);
    }
  }

  record SocketStale(String object) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          SOCKETS,
          SETTINGS,
          "no process listens on it, and the kubelet may keep calling it",
          "the next start of an agent removes it, or remove it yourself");
    }
  }

  record LeftoverFile(String object) implements Disagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          SETTINGS,
          SETTINGS,
          "a write that was not finished left it behind",
          "the agent removes it when it starts, or remove it yourself");
    }
  }
}
