package com.intel.dra.gpu.explain.cel;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOptions;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import dev.cel.common.types.StructTypeReference;
import dev.cel.common.types.TypeParamType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelFunctionOverload;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelStandardFunctions;
import dev.cel.runtime.standard.InOperator.InOverload;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The types and functions that expressions about devices may use. */
final class SelectorEnvironment {

  /** The longest expression that the API takes, in characters. */
  private static final int MAX_LENGTH = 10 * 1024;

  private static final CelOptions OPTIONS =
      CelOptions.current()
          .enableHeterogeneousNumericComparisons(true)
          .populateMacroCalls(true)
          .maxExpressionCodePointSize(MAX_LENGTH)
          .build();

  private static final CelType QUANTITY = OpaqueType.create("kubernetes.Quantity");
  private static final CelType VERSION = OpaqueType.create("kubernetes.Semver");
  private static final String DEVICE = "kubernetes.DRADevice";
  private static final CelType TEXT = SimpleType.STRING;
  private static final TypeParamType ELEMENT = TypeParamType.create("T");
  private static final ListType ELEMENTS = ListType.create(ELEMENT);

  private static final Map<String, CelType> FIELDS =
      Map.of(
          "driver",
          TEXT,
          "allowMultipleAllocations",
          SimpleType.BOOL,
          "attributes",
          MapType.create(TEXT, MapType.create(TEXT, SimpleType.DYN)),
          "capacity",
          MapType.create(TEXT, MapType.create(TEXT, QUANTITY)));

  private SelectorEnvironment() {}

  static CelCompiler compiler() {
    return CelCompilerFactory.standardCelCompilerBuilder()
        .setOptions(OPTIONS)
        .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
        .setTypeProvider(new DeviceType())
        .addVar("device", StructTypeReference.create(DEVICE))
        .addLibraries(
            CelExtensions.optional(),
            CelExtensions.strings(),
            CelExtensions.bindings(),
            CelExtensions.sets(OPTIONS),
            CelExtensions.lists(),
            CelExtensions.comprehensions())
        .addFunctionDeclarations(declarations())
        .build();
  }

  static CelRuntime runtime() {
    return CelRuntimeFactory.standardCelRuntimeBuilder()
        .setOptions(OPTIONS)
        .setStandardEnvironmentEnabled(false)
        .setStandardFunctions(
            CelStandardFunctions.newBuilder()
                .filterFunctions((function, overload) -> overload != InOverload.IN_MAP)
                .build())
        .addLibraries(
            CelExtensions.optional(),
            CelExtensions.strings(),
            CelExtensions.sets(OPTIONS),
            CelExtensions.lists(),
            CelExtensions.comprehensions())
        .addFunctionBindings(bindings())
        .build();
  }

  private static final class DeviceType implements CelTypeProvider {

    private final StructType type =
        StructType.create(
            DEVICE,
            ImmutableSet.copyOf(FIELDS.keySet()),
            name -> Optional.ofNullable(FIELDS.get(name)));

    @Override
    public ImmutableCollection<CelType> types() {
      return ImmutableList.of(type);
    }

    @Override
    public Optional<CelType> findType(String name) {
      return name.equals(DEVICE) ? Optional.of(type) : Optional.empty();
    }
  }

  private static List<CelFunctionDecl> declarations() {
    return List.of(
        function("quantity", global("string_to_quantity", QUANTITY, TEXT)),
        function("isQuantity", global("is_quantity_string", SimpleType.BOOL, TEXT)),
        function("sign", global("quantity_sign", SimpleType.INT, QUANTITY)),
        function("asInteger", member("quantity_get_int", SimpleType.INT, QUANTITY)),
        function("isInteger", member("quantity_is_integer", SimpleType.BOOL, QUANTITY)),
        function("asApproximateFloat", member("quantity_get_float", SimpleType.DOUBLE, QUANTITY)),
        function(
            "add",
            member("quantity_add", QUANTITY, QUANTITY, QUANTITY),
            member("quantity_add_int", QUANTITY, QUANTITY, SimpleType.INT)),
        function(
            "sub",
            member("quantity_sub", QUANTITY, QUANTITY, QUANTITY),
            member("quantity_sub_int", QUANTITY, QUANTITY, SimpleType.INT)),
        function(
            "isGreaterThan",
            member("quantity_is_greater_than", SimpleType.BOOL, QUANTITY, QUANTITY),
            member("semver_is_greater_than", SimpleType.BOOL, VERSION, VERSION)),
        function(
            "isLessThan",
            member("quantity_is_less_than", SimpleType.BOOL, QUANTITY, QUANTITY),
            member("semver_is_less_than", SimpleType.BOOL, VERSION, VERSION)),
        function(
            "compareTo",
            member("quantity_compare_to", SimpleType.INT, QUANTITY, QUANTITY),
            member("semver_compare_to", SimpleType.INT, VERSION, VERSION)),
        function(
            "semver",
            global("string_to_semver", VERSION, TEXT),
            global("string_bool_to_semver", VERSION, TEXT, SimpleType.BOOL)),
        function(
            "isSemver",
            global("is_semver_string", SimpleType.BOOL, TEXT),
            global("is_semver_string_bool", SimpleType.BOOL, TEXT, SimpleType.BOOL)),
        function("major", member("semver_major", SimpleType.INT, VERSION)),
        function("minor", member("semver_minor", SimpleType.INT, VERSION)),
        function("patch", member("semver_patch", SimpleType.INT, VERSION)),
        function("isSorted", member("list_is_sorted", SimpleType.BOOL, ELEMENTS)),
        function("min", member("list_min", ELEMENT, ELEMENTS)),
        function("max", member("list_max", ELEMENT, ELEMENTS)),
        function("sum", member("list_sum", ELEMENT, ELEMENTS)),
        function(
            "includes", member("dyn_includes", SimpleType.BOOL, SimpleType.DYN, SimpleType.DYN)));
  }

  private static CelFunctionDecl function(String name, CelOverloadDecl... overloads) {
    return CelFunctionDecl.newFunctionDeclaration(name, overloads);
  }

  private static CelOverloadDecl global(String id, CelType result, CelType... arguments) {
    return CelOverloadDecl.newGlobalOverload(id, result, List.of(arguments));
  }

  private static CelOverloadDecl member(String id, CelType result, CelType... arguments) {
    return CelOverloadDecl.newMemberOverload(id, result, List.of(arguments));
  }

  private static List<CelFunctionBinding> bindings() {
    return List.of(
        CelFunctionBinding.from("in_map", Object.class, Map.class, SelectorEnvironment::isIn),
        CelFunctionBinding.from("string_to_quantity", String.class, Amount::parse),
        CelFunctionBinding.from(
            "is_quantity_string", String.class, text -> isParsed(text, Amount::parse)),
        amountTo("quantity_sign", amount -> (long) amount.number().signum()),
        amountTo("quantity_get_int", SelectorEnvironment::toLong),
        CelFunctionBinding.from("quantity_is_integer", Amount.class, Amount::isLong),
        CelFunctionBinding.from(
            "quantity_get_float", Amount.class, amount -> amount.number().doubleValue()),
        CelFunctionBinding.from("quantity_add", Amount.class, Amount.class, Amount::plus),
        CelFunctionBinding.from(
            "quantity_add_int", Amount.class, Long.class, (a, b) -> a.plus(Amount.of(b))),
        CelFunctionBinding.from("quantity_sub", Amount.class, Amount.class, Amount::minus),
        CelFunctionBinding.from(
            "quantity_sub_int", Amount.class, Long.class, (a, b) -> a.minus(Amount.of(b))),
        ordered("quantity_is_greater_than", Amount.class, (a, b) -> a.compareTo(b) > 0),
        ordered("quantity_is_less_than", Amount.class, (a, b) -> a.compareTo(b) < 0),
        CelFunctionBinding.from(
            "quantity_compare_to", Amount.class, Amount.class, (a, b) -> (long) a.compareTo(b)),
        CelFunctionBinding.from("string_to_semver", String.class, SemanticVersion::parse),
        CelFunctionBinding.from(
            "string_bool_to_semver", String.class, Boolean.class, SelectorEnvironment::version),
        CelFunctionBinding.from(
            "is_semver_string", String.class, text -> isParsed(text, SemanticVersion::parse)),
        CelFunctionBinding.from(
            "is_semver_string_bool",
            String.class,
            Boolean.class,
            (text, tolerant) -> isParsed(text, word -> version(word, tolerant))),
        ordered("semver_is_greater_than", SemanticVersion.class, (a, b) -> a.compareTo(b) > 0),
        ordered("semver_is_less_than", SemanticVersion.class, (a, b) -> a.compareTo(b) < 0),
        CelFunctionBinding.from(
            "semver_compare_to",
            SemanticVersion.class,
            SemanticVersion.class,
            (a, b) -> (long) Integer.signum(a.compareTo(b))),
        CelFunctionBinding.from("semver_major", SemanticVersion.class, SemanticVersion::major),
        CelFunctionBinding.from("semver_minor", SemanticVersion.class, SemanticVersion::minor),
        CelFunctionBinding.from("semver_patch", SemanticVersion.class, SemanticVersion::patch),
        CelFunctionBinding.from("list_is_sorted", List.class, ListFunctions::isSorted),
        CelFunctionBinding.from("list_min", List.class, ListFunctions::min),
        CelFunctionBinding.from("list_max", List.class, ListFunctions::max),
        CelFunctionBinding.from("list_sum", List.class, ListFunctions::sum),
        CelFunctionBinding.from(
            "dyn_includes", Object.class, Object.class, ListFunctions::includes));
  }

  private static CelFunctionBinding amountTo(
      String id, CelFunctionOverload.Unary<Amount> function) {
    return CelFunctionBinding.from(id, Amount.class, function);
  }

  private static <T> CelFunctionBinding ordered(
      String id, Class<T> type, CelFunctionOverload.Binary<T, T> function) {
    return CelFunctionBinding.from(id, type, type, function);
  }

  private static boolean isParsed(String text, Function<String, ?> parser) {
    try {
      return parser.apply(text) != null;
    } catch (IllegalArgumentException isNot) {
      return false;
    }
  }

  private static SemanticVersion version(String text, boolean tolerant) {
    return tolerant ? SemanticVersion.parseTolerantly(text) : SemanticVersion.parse(text);
  }

  private static long toLong(Amount amount) {
    if (!amount.isLong()) {
      throw new IllegalArgumentException("cannot convert value to integer");
    }
    return amount.number().longValueExact();
  }

  private static boolean isIn(Object key, Map<?, ?> map) {
    return map instanceof DomainMap domains ? domains.has(key) : map.containsKey(key);
  }
}
