package com.intel.dra.gpu.classic;

import static com.intel.dra.gpu.classic.ParametersProblem.Reason.CLAIM_PARAMETERS_NOT_FOUND;
import static com.intel.dra.gpu.classic.ParametersProblem.Reason.CLASS_PARAMETERS_NOT_FOUND;
import static com.intel.dra.gpu.classic.ParametersProblem.Reason.INVALID_CLAIM_PARAMETERS;
import static com.intel.dra.gpu.classic.ParametersProblem.Reason.INVALID_CLAIM_PARAMETERS_REFERENCE;
import static com.intel.dra.gpu.classic.ParametersProblem.Reason.INVALID_CLASS_PARAMETERS;
import static com.intel.dra.gpu.classic.ParametersProblem.Reason.INVALID_CLASS_PARAMETERS_REFERENCE;

import com.intel.dra.gpu.api.DeviceSelectorTerm;
import com.intel.dra.gpu.api.GpuApi;
import com.intel.dra.gpu.api.GpuClaimParametersSpec;
import com.intel.dra.gpu.classic.ClaimRequest.SelectorTerm;
import com.intel.dra.gpu.device.DeviceType;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns the references of a claim and its class into a validated request.
 *
 * <p>The schema of the CRDs rejects most of what is rejected here; it is checked again because an
 * object may be older than the schema. A claim without a reference requests one GPU with any amount
 * of memory, as with the Go driver.
 */
public final class ParametersResolver {

  private static final String CLAIM_KIND = "GpuClaimParameters";
  private static final String CLASS_KIND = "DeviceClassParameters";

  /** The longest name of a Kubernetes object. */
  private static final int MAX_QUOTED = 253;

  private static final int DEFAULT_COUNT = 1;
  private static final DeviceType DEFAULT_TYPE = DeviceType.GPU;

  private final ParametersLookup lookup;

  public ParametersResolver(ParametersLookup lookup) {
    this.lookup = lookup;
  }

  /**
   * The request of the claim, or the first problem found; problems of the class come before those
   * of the claim.
   */
  public ResolvedParameters resolve(ResourceClass resourceClass, ResourceClaim claim) {
    try {
      List<SelectorTerm> selector = selector(resourceClass);
      return new ResolvedParameters.Usable(request(claim, selector));
    } catch (UnusableParameters e) {
      return new ResolvedParameters.Unusable(e.problem);
    }
  }

  private List<SelectorTerm> selector(ResourceClass resourceClass) throws UnusableParameters {
    var reference = resourceClass.getParametersRef();
    if (reference == null) {
      return List.of();
    }
    String owner = "ResourceClass " + resourceClass.getMetadata().getName();
    checkReference(
        INVALID_CLASS_PARAMETERS_REFERENCE,
        owner + ": parametersRef",
        reference.getApiGroup(),
        reference.getKind(),
        CLASS_KIND);
    String name = text(reference.getName());
    var parameters =
        lookup
            .classParameters(name)
            .orElseThrow(
                () ->
                    new UnusableParameters(
                        CLASS_PARAMETERS_NOT_FOUND,
                        "%s: parametersRef.name is \"%s\", but there is no %s of that name; create it or correct the name"
                            .formatted(owner, quoted(name), CLASS_KIND)));
    if (parameters.getSpec() == null) {
      return List.of();
    }
    var terms = new ArrayList<SelectorTerm>();
    List<DeviceSelectorTerm> written = parameters.getSpec().deviceSelector();
    for (int i = 0; i < written.size(); i++) {
      String field = "%s %s: spec.deviceSelector[%d]".formatted(CLASS_KIND, name, i);
      DeviceType type = parseType(written.get(i).type(), INVALID_CLASS_PARAMETERS, field + ".type");
      String pattern = text(written.get(i).name());
      if (pattern.isBlank()) {
        throw new UnusableParameters(
            INVALID_CLASS_PARAMETERS,
            field
                + ".name is empty; give a PCI device id such as 0x56c0, a PCI address, a device"
                + " UID, or * for every device");
      }
      terms.add(new SelectorTerm(type, pattern));
    }
    return terms;
  }

  private ClaimRequest request(ResourceClaim claim, List<SelectorTerm> selector)
      throws UnusableParameters {
    var reference = claim.getSpec().getParametersRef();
    if (reference == null) {
      return new ClaimRequest(DEFAULT_TYPE, DEFAULT_COUNT, 0, selector);
    }
    checkReference(
        INVALID_CLAIM_PARAMETERS_REFERENCE,
        "spec.parametersRef",
        reference.getApiGroup(),
        reference.getKind(),
        CLAIM_KIND);
    String namespace = claim.getMetadata().getNamespace();
    String name = text(reference.getName());
    var parameters =
        lookup
            .claimParameters(namespace, name)
            .orElseThrow(
                () ->
                    new UnusableParameters(
                        CLAIM_PARAMETERS_NOT_FOUND,
                        "spec.parametersRef.name is \"%s\", but there is no %s of that name in namespace %s; create it or correct the name"
                            .formatted(quoted(name), CLAIM_KIND, namespace)));
    String object = "%s %s/%s: ".formatted(CLAIM_KIND, namespace, name);
    GpuClaimParametersSpec spec = parameters.getSpec();
    if (spec == null) {
      throw new UnusableParameters(
          INVALID_CLAIM_PARAMETERS, object + "spec is missing; give at least spec.count");
    }
    return new ClaimRequest(
        spec.type() == null
            ? DEFAULT_TYPE
            : parseType(spec.type(), INVALID_CLAIM_PARAMETERS, object + "spec.type"),
        count(spec.count(), object),
        memoryMiB(spec.memory(), object),
        selector);
  }

  /**
   * Users of the Go driver write group and version in {@code apiGroup}, so both forms are accepted.
   */
  private static void checkReference(
      ParametersProblem.Reason reason,
      String field,
      @Nullable String apiGroup,
      @Nullable String kind,
      String expectedKind)
      throws UnusableParameters {
    String groupVersion = GpuApi.GROUP + "/" + GpuApi.VERSION;
    if (!GpuApi.GROUP.equals(apiGroup) && !groupVersion.equals(apiGroup)) {
      throw new UnusableParameters(
          reason,
          "%s.apiGroup is \"%s\"; it must be %s (or %s)"
              .formatted(field, quoted(apiGroup), GpuApi.GROUP, groupVersion));
    }
    if (!expectedKind.equals(kind)) {
      throw new UnusableParameters(
          reason, "%s.kind is \"%s\"; it must be %s".formatted(field, quoted(kind), expectedKind));
    }
  }

  private static DeviceType parseType(
      @Nullable String type, ParametersProblem.Reason reason, String field)
      throws UnusableParameters {
    Optional<DeviceType> parsed = DeviceType.fromWireName(text(type));
    return parsed.orElseThrow(
        () ->
            new UnusableParameters(
                reason, "%s is \"%s\"; it must be gpu or vf".formatted(field, quoted(type))));
  }

  private static int count(@Nullable Integer count, String object) throws UnusableParameters {
    if (count == null) {
      throw new UnusableParameters(
          INVALID_CLAIM_PARAMETERS,
          "%sspec.count is missing; give 1 to %d".formatted(object, GpuApi.MAX_DEVICES_PER_CLAIM));
    }
    if (count < 1 || count > GpuApi.MAX_DEVICES_PER_CLAIM) {
      throw new UnusableParameters(
          INVALID_CLAIM_PARAMETERS,
          "%sspec.count is %d; it must be 1 to %d, ask for more with further claims"
              .formatted(object, count, GpuApi.MAX_DEVICES_PER_CLAIM));
    }
    return count;
  }

  private static int memoryMiB(@Nullable Integer memory, String object) throws UnusableParameters {
    if (memory == null || memory == 0) {
      return 0;
    }
    if (memory < GpuApi.MIN_MEMORY_MIB || memory > GpuApi.MAX_MEMORY_MIB) {
      throw new UnusableParameters(
          INVALID_CLAIM_PARAMETERS,
          "%sspec.memory is %d; it is in MiB per device and must be %d to %d, or 0 for no requirement"
              .formatted(object, memory, GpuApi.MIN_MEMORY_MIB, GpuApi.MAX_MEMORY_MIB));
    }
    return memory;
  }

  /** Shortens a user's text for a message; a text that may be a valid name is never cut. */
  private static String quoted(@Nullable String value) {
    String text = text(value);
    return text.length() <= MAX_QUOTED ? text : text.substring(0, MAX_QUOTED) + "...";
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }

  /** Carries the first problem out of the nested checks; never leaves this class. */
  private static final class UnusableParameters extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient ParametersProblem problem;

    UnusableParameters(ParametersProblem.Reason reason, String message) {
      super(message, null, false, false);
      this.problem = new ParametersProblem(reason, message);
    }
  }
}
