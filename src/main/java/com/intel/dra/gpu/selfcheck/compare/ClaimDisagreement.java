package com.intel.dra.gpu.selfcheck.compare;

import static com.intel.dra.gpu.selfcheck.compare.StatementSource.CLAIMS;
import static com.intel.dra.gpu.selfcheck.compare.StatementSource.GAS;
import static com.intel.dra.gpu.selfcheck.compare.StatementSource.HARDWARE;
import static com.intel.dra.gpu.selfcheck.compare.StatementSource.PREPARED_CLAIMS;

import java.util.Set;
import java.util.TreeSet;

/**
 * A disagreement about a claim: as it is prepared, as it is recorded, and as the API server has it.
 * {@link ClaimComparison} finds them.
 */
public sealed interface ClaimDisagreement extends Disagreement {

  record PreparedNotInGas(String object) implements ClaimDisagreement {
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

  record PreparedInGasAlone(String object) implements ClaimDisagreement {
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
      implements ClaimDisagreement {
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

  record PreparedWithoutAllocation(String object) implements ClaimDisagreement {
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
      implements ClaimDisagreement {
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

  record ClaimNotInGas(String object) implements ClaimDisagreement {
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

  record AllocationWithoutClaim(String object) implements ClaimDisagreement {
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
      implements ClaimDisagreement {
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

  record DeviceHeldTwice(String object, Set<String> claims) implements ClaimDisagreement {
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
      implements ClaimDisagreement {
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
}
