package com.intel.dra.gpu.explain.cel;

import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelComprehension;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Finds the call that begins when a part of an expression has its value. */
final class PricedCalls {

  /** They do not evaluate all arguments, or take the same for all. */
  private static final Set<String> FREE =
      Set.of(
          "_&&_",
          "_||_",
          "_?_:_",
          "@not_strictly_false",
          "!_",
          "dyn",
          "type",
          "or",
          "orValue",
          "_?._",
          "optional.of",
          "hasValue",
          "value");

  /** What a map does with a key. */
  static final String KEY = "a key of a map";

  private final Map<Long, Call> byLastArgument;

  private PricedCalls(Map<Long, Call> byLastArgument) {
    this.byLastArgument = Map.copyOf(byLastArgument);
  }

  /**
   * A call that is about to be made.
   *
   * @param arguments the target first, if there is one
   */
  record Call(String function, List<CelExpr> arguments) {}

  static PricedCalls of(CelExpr expression) {
    var calls = new HashMap<Long, Call>();
    var open = new ArrayDeque<CelExpr>();
    open.push(expression);
    while (!open.isEmpty()) {
      CelExpr one = open.pop();
      List<CelExpr> children = children(one).toList();
      children.forEach(open::push);
      if (one.exprKind().getKind() == CelExpr.ExprKind.Kind.CALL
          && !children.isEmpty()
          && !FREE.contains(one.call().function())) {
        calls.put(children.getLast().id(), new Call(one.call().function(), children));
      }
      if (one.exprKind().getKind() == CelExpr.ExprKind.Kind.MAP) {
        one.map()
            .entries()
            .forEach(entry -> calls.put(entry.key().id(), new Call(KEY, List.of(entry.key()))));
      }
    }
    return new PricedCalls(calls);
  }

  Optional<Call> after(CelExpr argument) {
    return Optional.ofNullable(byLastArgument.get(argument.id()));
  }

  private static Stream<CelExpr> children(CelExpr expr) {
    return switch (expr.exprKind().getKind()) {
      case SELECT -> Stream.of(expr.select().operand());
      case CALL -> Stream.concat(expr.call().target().stream(), expr.call().args().stream());
      case LIST -> expr.list().elements().stream();
      case MAP ->
          expr.map().entries().stream().flatMap(entry -> Stream.of(entry.key(), entry.value()));
      case STRUCT -> expr.struct().entries().stream().map(entry -> entry.value());
      case COMPREHENSION -> {
        CelComprehension loop = expr.comprehension();
        yield Stream.of(
            loop.iterRange(),
            loop.accuInit(),
            loop.loopCondition(),
            loop.loopStep(),
            loop.result());
      }
      default -> Stream.of();
    };
  }
}
