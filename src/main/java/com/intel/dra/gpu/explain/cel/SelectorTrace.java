package com.intel.dra.gpu.explain.cel;

import com.google.common.collect.ImmutableList;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.runtime.CelEvaluationListener;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Listens to one evaluation: the last value of each part, and what it costs by the scheduler's
 * rules. It ends the evaluation when that is more than the scheduler lets pass, and before it takes
 * more time or memory than this process has for it: the scheduler's library shares what this one
 * copies, so its rules are no limit here.
 */
final class SelectorTrace implements CelEvaluationListener {

  /** The scheduler's limit for one expression and one device. */
  static final long MAX_COST = 1_000_000;

  /** The most work for one expression and one device. */
  static final long MAX_STEPS = 5_000_000;

  /** The most characters and elements that the values of one evaluation have at a time. */
  static final long MAX_VOLUME = 500_000;

  /** Thrown to end an evaluation. It may be caught inside, so each further part ends, too. */
  private static final class Ended extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Ended() {
      super("ended", null, false, false);
    }
  }

  private static final double TRAVERSAL = 0.1;
  private static final double REGEX = 0.25;
  private static final long LIST = 10;
  private static final long MAP = 30;

  private final Map<Long, Object> values = new HashMap<>();
  private final Map<Long, Long> volumes = new HashMap<>();
  private final PricedCalls calls;
  private long cost;
  private long steps;
  private long volume;

  SelectorTrace(PricedCalls calls) {
    this.calls = calls;
  }

  @Override
  public void callback(CelExpr expr, Object value) {
    endIfTooMuch();
    values.put(expr.id(), value);
    steps++;
    cost += cost(expr, value);
    if (makesValue(expr)) {
      steps += ValueSize.flat(value);
      replace(expr, ValueSize.flat(value));
    }
    endIfTooMuch();
    Optional<PricedCalls.Call> next = calls.after(expr);
    if (next.isPresent()) {
      List<Object> arguments =
          next.get().arguments().stream().map(one -> valueOf(one).orElse(0L)).toList();
      CallPrice price = CallPrice.of(next.get().function(), arguments, MAX_STEPS - steps);
      steps += price.steps();
      if (price.isKept()) {
        volume += price.volume();
      } else {
        replace(expr, price.volume());
      }
      endIfTooMuch();
    }
  }

  /** The value that the same part had before is not needed any more, or was counted as kept. */
  private void replace(CelExpr expr, long now) {
    Long before = volumes.put(expr.id(), now);
    volume += now - (before == null ? 0 : before);
  }

  /** Calls are charged before they are made. */
  private static boolean makesValue(CelExpr expr) {
    return switch (expr.exprKind().getKind()) {
      case LIST, MAP, COMPREHENSION -> true;
      default -> false;
    };
  }

  private void endIfTooMuch() {
    if (isTooCostly() || isTooLarge()) {
      throw new Ended();
    }
  }

  boolean isTooCostly() {
    return cost > MAX_COST;
  }

  /** Whether it was ended because of {@link #MAX_STEPS} or {@link #MAX_VOLUME}. */
  boolean isTooLarge() {
    return steps > MAX_STEPS || volume > MAX_VOLUME;
  }

  /** The work that was done. */
  long steps() {
    return Math.min(steps, MAX_STEPS);
  }

  /** The last value of a part, if it was evaluated. */
  Optional<Object> valueOf(CelExpr expr) {
    return Optional.ofNullable(values.get(expr.id()));
  }

  private long cost(CelExpr expr, Object value) {
    return switch (expr.exprKind().getKind()) {
      case IDENT -> 1;
      case SELECT -> expr.select().testOnly() ? 0 : 1;
      case CALL -> cost(expr.call(), value);
      case LIST -> areConstant(expr.list().elements().stream()) ? 0 : LIST;
      case MAP ->
          areConstant(expr.map().entries().stream().flatMap(e -> Stream.of(e.key(), e.value())))
              ? 0
              : MAP;
      default -> 0;
    };
  }

  private static boolean areConstant(Stream<CelExpr> parts) {
    return parts.allMatch(
        part ->
            switch (part.exprKind().getKind()) {
              case CONSTANT -> true;
              case LIST -> areConstant(part.list().elements().stream());
              default -> false;
            });
  }

  private long cost(CelCall call, Object result) {
    ImmutableList<CelExpr> arguments =
        Stream.concat(call.target().stream(), call.args().stream())
            .collect(ImmutableList.toImmutableList());
    return switch (call.function()) {
      case "_&&_", "_||_", "_?_:_" -> 0;
      case "startsWith", "endsWith" -> traversal(size(arguments, 1));
      case "bytes", "string", "strings.quote", "url", "lowerAscii", "upperAscii", "substring" ->
          traversal(size(arguments, 0));
      case "trim", "quantity", "isQuantity", "semver", "isSemver" -> traversal(size(arguments, 0));
      case "replace", "split" -> traversal(2 * size(arguments, 0));
      case "join" -> traversal(2 * size(result));
      case "@in" -> argument(arguments, 1) instanceof Collection<?> list ? list.size() : 1;
      case "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_" ->
          traversal(Math.min(size(arguments, 0), size(arguments, 1)));
      case "_+_" ->
          argument(arguments, 0) instanceof String
              ? traversal(size(arguments, 0) + size(arguments, 1))
              : 1;
      case "matches", "find", "findAll" ->
          traversal(1 + size(arguments, 0)) * (long) Math.ceil(size(arguments, 1) * REGEX);
      case "contains" -> traversal(size(arguments, 0)) * traversal(size(arguments, 1));
      case "isSorted", "sum", "max", "min", "indexOf", "lastIndexOf", "includes" ->
          size(arguments, 0);
      default -> 1;
    };
  }

  private static long traversal(long size) {
    return (long) Math.ceil(size * TRAVERSAL);
  }

  private long size(ImmutableList<CelExpr> arguments, int index) {
    return size(argument(arguments, index));
  }

  private Object argument(ImmutableList<CelExpr> arguments, int index) {
    if (index >= arguments.size()) {
      return 0L;
    }
    CelExpr argument = arguments.get(index);
    if (argument.exprKind().getKind() == Kind.CONSTANT
        && argument.constant().getKind() == dev.cel.common.ast.CelConstant.Kind.STRING_VALUE) {
      return argument.constant().stringValue();
    }
    return valueOf(argument).orElse(0L);
  }

  private static long size(Object value) {
    return switch (value) {
      case String text -> text.codePointCount(0, text.length());
      case Collection<?> list -> list.size();
      case Map<?, ?> map -> map.size();
      case Optional<?> optional -> optional.map(SelectorTrace::size).orElse(1L);
      default -> 1;
    };
  }
}
