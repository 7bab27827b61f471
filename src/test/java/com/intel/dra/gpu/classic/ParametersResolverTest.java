package com.intel.dra.gpu.classic;

import static com.intel.dra.gpu.classic.ParametersProblem.Reason.CLAIM_PARAMETERS_NOT_FOUND;
import static com.intel.dra.gpu.classic.ParametersProblem.Reason.CLASS_PARAMETERS_NOT_FOUND;
import static com.intel.dra.gpu.classic.ParametersProblem.Reason.INVALID_CLAIM_PARAMETERS;
import static com.intel.dra.gpu.classic.ParametersProblem.Reason.INVALID_CLAIM_PARAMETERS_REFERENCE;
import static com.intel.dra.gpu.classic.ParametersProblem.Reason.INVALID_CLASS_PARAMETERS;
import static com.intel.dra.gpu.classic.ParametersProblem.Reason.INVALID_CLASS_PARAMETERS_REFERENCE;
import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static com.intel.dra.gpu.classic.TestingObjects.claimParameters;
import static com.intel.dra.gpu.classic.TestingObjects.classParameters;
import static com.intel.dra.gpu.classic.TestingObjects.resourceClass;
import static com.intel.dra.gpu.classic.TestingObjects.withParameters;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.DeviceClassParameters;
import com.intel.dra.gpu.api.DeviceSelectorTerm;
import com.intel.dra.gpu.api.GpuClaimParameters;
import com.intel.dra.gpu.classic.ClaimRequest.SelectorTerm;
import com.intel.dra.gpu.device.DeviceType;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClass;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ParametersResolverTest {

  private static final String GROUP = "gpu.dra.intel.com";

  private final Map<String, HasMetadata> objects = new HashMap<>();
  private final ParametersResolver resolver =
      new ParametersResolver(
          new ParametersLookup() {
            @Override
            public Optional<GpuClaimParameters> claimParameters(String namespace, String name) {
              return Optional.ofNullable((GpuClaimParameters) objects.get(namespace + "/" + name));
            }

            @Override
            public Optional<DeviceClassParameters> classParameters(String name) {
              return Optional.ofNullable((DeviceClassParameters) objects.get(name));
            }
          });

  private void given(GpuClaimParameters parameters) {
    objects.put(TestingObjects.NAMESPACE + "/" + parameters.getMetadata().getName(), parameters);
  }

  private void given(DeviceClassParameters parameters) {
    objects.put(parameters.getMetadata().getName(), parameters);
  }

  private ClaimRequest usable(ResourceClass resourceClass, ResourceClaim claim) {
    return switch (resolver.resolve(resourceClass, claim)) {
      case ResolvedParameters.Usable(ClaimRequest request) -> request;
      case ResolvedParameters.Unusable(ParametersProblem problem) ->
          throw new AssertionError(problem);
    };
  }

  private ParametersProblem unusable(ResourceClass resourceClass, ResourceClaim claim) {
    return switch (resolver.resolve(resourceClass, claim)) {
      case ResolvedParameters.Usable(ClaimRequest request) -> throw new AssertionError(request);
      case ResolvedParameters.Unusable(ParametersProblem problem) -> problem;
    };
  }

  @Test
  void withoutParametersAClaimAsksForOneGpuOfAnyKindWithAnyMemory() {
    assertThat(usable(resourceClass(), claim("plain")))
        .isEqualTo(new ClaimRequest(DeviceType.GPU, 1, 0, List.of()));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "1,      -, -,   GPU, 1,      0",
        "1,      0, gpu, GPU, 1,      0",
        "8,      8, gpu, GPU, 8,      8",
        "2,   4096, vf,  VF,  2,   4096",
        "1, 131072, gpu, GPU, 1, 131072"
      })
  void allThatTheSchemaAllowsIsTaken(
      int count,
      @Nullable Integer memory,
      @Nullable String type,
      DeviceType expectedType,
      int expectedCount,
      int expectedMiB) {
    given(claimParameters("some", count, memory, type));

    assertThat(usable(resourceClass(), withParameters(claim("c"), "some")))
        .isEqualTo(new ClaimRequest(expectedType, expectedCount, expectedMiB, List.of()));
  }

  @ParameterizedTest
  @CsvSource({"gpu.dra.intel.com", "gpu.dra.intel.com/v1alpha"})
  void theGroupMayBeWrittenWithItsVersionAsForTheGoDriver(String apiGroup) {
    given(claimParameters("some", 3, 512, "gpu"));
    given(classParameters("flex", new DeviceSelectorTerm("0x56c0", "gpu")));

    assertThat(
            usable(
                resourceClass(apiGroup, "DeviceClassParameters", "flex"),
                withParameters(claim("c"), apiGroup, "GpuClaimParameters", "some")))
        .isEqualTo(
            new ClaimRequest(
                DeviceType.GPU, 3, 512, List.of(new SelectorTerm(DeviceType.GPU, "0x56c0"))));
  }

  @Test
  void theClassSelectorIsPartOfTheRequestInTheOrderOfItsTerms() {
    given(
        classParameters(
            "flex", new DeviceSelectorTerm("0x56c*", "gpu"), new DeviceSelectorTerm("*", "vf")));

    assertThat(usable(resourceClass(GROUP, "DeviceClassParameters", "flex"), claim("c")).selector())
        .containsExactly(
            new SelectorTerm(DeviceType.GPU, "0x56c*"), new SelectorTerm(DeviceType.VF, "*"));
  }

  @Test
  void classParametersWithoutSpecSelectEveryDevice() {
    DeviceClassParameters empty = classParameters("empty");
    empty.setSpec(null);
    given(empty);

    assertThat(
            usable(resourceClass(GROUP, "DeviceClassParameters", "empty"), claim("c")).selector())
        .isEmpty();
  }

  static Stream<Arguments> badClaimReferences() {
    return Stream.of(
        Arguments.of(null, "GpuClaimParameters", "some", "apiGroup", ""),
        Arguments.of("", "GpuClaimParameters", "some", "apiGroup", ""),
        Arguments.of(
            "gpu.example.com", "GpuClaimParameters", "some", "apiGroup", "gpu.example.com"),
        Arguments.of(GROUP + "/v1", "GpuClaimParameters", "some", "apiGroup", GROUP + "/v1"),
        Arguments.of(GROUP, null, "some", "kind", ""),
        Arguments.of(GROUP, "ConfigMap", "some", "kind", "ConfigMap"));
  }

  @ParameterizedTest
  @MethodSource("badClaimReferences")
  void aClaimReferenceOfAnotherGroupOrKindIsNamedWithFieldValueAndRemedy(
      @Nullable String apiGroup, @Nullable String kind, String name, String field, String value) {
    given(claimParameters("some", 1, 0, "gpu"));

    ParametersProblem problem =
        unusable(resourceClass(), withParameters(claim("c"), apiGroup, kind, name));

    assertThat(problem.reason()).isEqualTo(INVALID_CLAIM_PARAMETERS_REFERENCE);
    assertThat(problem.message())
        .startsWith("spec.parametersRef." + field + " is \"" + value + "\"; it must be ")
        .contains(field.equals("kind") ? "GpuClaimParameters" : GROUP);
  }

  @Test
  void aMissingParametersObjectIsNamedWithItsNamespaceAndRemedy() {
    ParametersProblem problem = unusable(resourceClass(), withParameters(claim("c"), "lost"));

    assertThat(problem)
        .isEqualTo(
            new ParametersProblem(
                CLAIM_PARAMETERS_NOT_FOUND,
                "spec.parametersRef.name is \"lost\", but there is no GpuClaimParameters of that"
                    + " name in namespace work; create it or correct the name"));
  }

  static Stream<Arguments> badClaimParameters() {
    return Stream.of(
        Arguments.of(null, 0, "gpu", "spec.count is missing; give 1 to 8"),
        Arguments.of(0, 0, "gpu", "spec.count is 0; it must be 1 to 8"),
        Arguments.of(-1, 0, "gpu", "spec.count is -1; it must be 1 to 8"),
        Arguments.of(9, 0, "gpu", "spec.count is 9; it must be 1 to 8"),
        Arguments.of(1, -1, "gpu", "spec.memory is -1; it is in MiB per device and must be 8 to"),
        Arguments.of(1, 7, "gpu", "spec.memory is 7; it is in MiB per device and must be 8 to"),
        Arguments.of(1, 131_073, "gpu", "spec.memory is 131073; it is in MiB per device"),
        Arguments.of(1, 0, "any", "spec.type is \"any\"; it must be gpu or vf"),
        Arguments.of(1, 0, "GPU", "spec.type is \"GPU\"; it must be gpu or vf"),
        Arguments.of(1, 0, "", "spec.type is \"\"; it must be gpu or vf"));
  }

  @ParameterizedTest
  @MethodSource("badClaimParameters")
  void aBadValueIsNamedWithObjectFieldAndRemedy(
      @Nullable Integer count, int memory, String type, String message) {
    given(claimParameters("bad", count, memory, type));

    ParametersProblem problem = unusable(resourceClass(), withParameters(claim("c"), "bad"));

    assertThat(problem.reason()).isEqualTo(INVALID_CLAIM_PARAMETERS);
    assertThat(problem.message()).startsWith("GpuClaimParameters work/bad: " + message);
  }

  @Test
  void parametersWithoutSpecAreNamed() {
    GpuClaimParameters empty = claimParameters("empty", 1, 0, "gpu");
    empty.setSpec(null);
    given(empty);

    assertThat(unusable(resourceClass(), withParameters(claim("c"), "empty")))
        .isEqualTo(
            new ParametersProblem(
                INVALID_CLAIM_PARAMETERS,
                "GpuClaimParameters work/empty: spec is missing; give at least spec.count"));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "-,                 DeviceClassParameters, apiGroup, ''",
        "apps,              DeviceClassParameters, apiGroup, apps",
        "gpu.dra.intel.com, -,                     kind,     ''",
        "gpu.dra.intel.com, GpuClassParameters,    kind,     GpuClassParameters"
      })
  void aClassReferenceOfAnotherGroupOrKindIsNamed(
      @Nullable String apiGroup, @Nullable String kind, String field, String value) {
    ParametersProblem problem = unusable(resourceClass(apiGroup, kind, "flex"), claim("c"));

    assertThat(problem.reason()).isEqualTo(INVALID_CLASS_PARAMETERS_REFERENCE);
    assertThat(problem.message())
        .startsWith(
            "ResourceClass intel-gpu: parametersRef.%s is \"%s\"; it must be "
                .formatted(field, value));
  }

  @Test
  void missingClassParametersAreNamed() {
    assertThat(unusable(resourceClass(GROUP, "DeviceClassParameters", "lost"), claim("c")))
        .isEqualTo(
            new ParametersProblem(
                CLASS_PARAMETERS_NOT_FOUND,
                "ResourceClass intel-gpu: parametersRef.name is \"lost\", but there is no"
                    + " DeviceClassParameters of that name; create it or correct the name"));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "0x56c0, any, .type is \"any\"; it must be gpu or vf",
        "0x56c0, -,   .type is \"\"; it must be gpu or vf",
        "-,      gpu, .name is empty; give a PCI device id",
        "' ',    vf,  .name is empty; give a PCI device id"
      })
  void aBadSelectorTermIsNamedWithItsPlace(
      @Nullable String name, @Nullable String type, String message) {
    given(
        classParameters(
            "flex", new DeviceSelectorTerm("*", "gpu"), new DeviceSelectorTerm(name, type)));

    ParametersProblem problem =
        unusable(resourceClass(GROUP, "DeviceClassParameters", "flex"), claim("c"));

    assertThat(problem.reason()).isEqualTo(INVALID_CLASS_PARAMETERS);
    assertThat(problem.message())
        .startsWith("DeviceClassParameters flex: spec.deviceSelector[1]" + message);
  }

  @Test
  void theClassProblemIsToldBeforeTheClaimProblem() {
    assertThat(
            unusable(
                    resourceClass(GROUP, "DeviceClassParameters", "lost"),
                    withParameters(claim("c"), "lost too"))
                .reason())
        .isEqualTo(CLASS_PARAMETERS_NOT_FOUND);
  }

  /** The texts may be as long as the API server allows for an object. */
  @ParameterizedTest
  @CsvSource({"apiGroup", "kind", "name"})
  void longTextsAreQuotedInPart(String field) {
    String text = "7".repeat(1_000_000) + "x";
    ResourceClaim claim =
        withParameters(
            claim("hostile"),
            field.equals("apiGroup") ? text : GROUP,
            field.equals("kind") ? text : "GpuClaimParameters",
            field.equals("name") ? text : "small");
    assertThat(unusable(resourceClass(), claim).message())
        .startsWith("spec.parametersRef." + field + " is \"777")
        .contains("7...\"")
        .hasSizeLessThan(600);
  }
}
