package com.intel.dra.gpu.explain.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.parser.CelUnparserFactory;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.stream.Stream;

/** Finds the smallest part of an expression that makes it false, and the values in that part. */
final class FalsePart {

  private static final int MAX_VALUES = 3;

  /** More than is shown; verdicts are kept for many devices at a time. */
  private static final int MAX_CHARACTERS = 250;

  /** More elements and characters of a list are not shown. */
  private static final int MAX_LIST = 250;

  private final CelAbstractSyntaxTree tree;
  private final SelectorTrace trace;

  FalsePart(CelAbstractSyntaxTree tree, SelectorTrace trace) {
    this.tree = tree;
    this.trace = trace;
  }

  SelectorVerdict.NotSelected find() {
    CelExpr part = tree.getExpr();
    Optional<CelExpr> smaller = falseIn(part);
    while (smaller.isPresent()) {
      part = smaller.get();
      smaller = falseIn(part);
    }
    return new SelectorVerdict.NotSelected(cut(text(part)), cut(String.join(", ", values(part))));
  }

  /** Returns the beginning of a text, of which nothing else is kept alive. */
  static String cut(String text) {
    return text.length() <= MAX_CHARACTERS
        ? text
        : new String(text.toCharArray(), 0, MAX_CHARACTERS);
  }

  private Optional<CelExpr> falseIn(CelExpr expr) {
    if (expr.exprKind().getKind() == Kind.COMPREHENSION) {
      CelExpr result = expr.comprehension().result();
      boolean binds =
          expr.comprehension().iterRange().exprKind().getKind() == Kind.LIST
              && expr.comprehension().iterRange().list().elements().isEmpty();
      return binds ? Optional.of(result).filter(this::isFalse) : Optional.empty();
    }
    if (expr.exprKind().getKind() != Kind.CALL) {
      return Optional.empty();
    }
    CelCall call = expr.call();
    return switch (call.function()) {
      case "_&&_" -> call.args().stream().filter(this::isFalse).findFirst();
      case "_?_:_" -> Optional.of(call.args().get(isFalse(call.args().get(0)) ? 2 : 1));
      default -> Optional.empty();
    };
  }

  private boolean isFalse(CelExpr expr) {
    return trace.valueOf(expr).filter(Boolean.FALSE::equals).isPresent();
  }

  private String text(CelExpr part) {
    try {
      return CelUnparserFactory.newUnparser()
          .unparse(CelAbstractSyntaxTree.newParsedAst(part, tree.getSource()));
    } catch (RuntimeException cannot) {
      return tree.getSource().getContent().toString();
    }
  }

  private SequencedSet<String> values(CelExpr part) {
    var values = new LinkedHashSet<String>();
    var parts = new ArrayList<CelExpr>(List.of(part));
    while (!parts.isEmpty() && values.size() < MAX_VALUES) {
      CelExpr one = parts.removeLast();
      Optional<String> value = value(one);
      if (value.isPresent()) {
        values.add(value.get());
      } else {
        parts.addAll(children(one).toList().reversed());
      }
    }
    return values;
  }

  private Optional<String> value(CelExpr expr) {
    Optional<Object> value = trace.valueOf(expr);
    if (expr.exprKind().getKind() == Kind.SELECT) {
      String name = expr.select().field();
      if (expr.select().testOnly()) {
        return value.filter(Boolean.FALSE::equals).map(absent -> name + " is not set");
      }
      return value.flatMap(FalsePart::scalar).map(text -> name + " is " + text);
    }
    if (expr.exprKind().getKind() == Kind.CALL
        && (expr.call().function().equals("_?._") || expr.call().function().equals("_[?_]"))
        && expr.call().args().size() == 2
        && expr.call().args().get(1).exprKind().getKind() == Kind.CONSTANT) {
      String name = expr.call().args().get(1).constant().toString();
      return value
          .filter(v -> v instanceof Optional<?>)
          .flatMap(
              v ->
                  ((Optional<?>) v).isEmpty()
                      ? Optional.of(name(expr) + " is not set")
                      : scalar(((Optional<?>) v).get()).map(text -> name(expr) + " is " + text))
          .filter(text -> !name.isEmpty());
    }
    return Optional.empty();
  }

  private static String name(CelExpr optionalSelection) {
    var constant = optionalSelection.call().args().get(1).constant();
    return constant.getKind() == dev.cel.common.ast.CelConstant.Kind.STRING_VALUE
        ? constant.stringValue()
        : "value";
  }

  private static Optional<String> scalar(Object value) {
    return switch (value) {
      case String text -> Optional.of('"' + cut(text) + '"');
      case Boolean bool -> Optional.of(bool.toString());
      case Number number -> Optional.of(number.toString());
      case Amount amount -> Optional.of(amount.toString());
      case SemanticVersion version -> Optional.of(version.toString());
      case List<?> list ->
          Optional.of(
              ValueSize.all(list, MAX_LIST) > MAX_LIST
                  ? "a list of " + list.size()
                  : list.toString());
      default -> Optional.empty();
    };
  }

  private static Stream<CelExpr> children(CelExpr expr) {
    return switch (expr.exprKind().getKind()) {
      case SELECT -> Stream.of(expr.select().operand());
      case CALL -> Stream.concat(expr.call().target().stream(), expr.call().args().stream());
      case LIST -> expr.list().elements().stream();
      case COMPREHENSION ->
          Stream.of(expr.comprehension().iterRange(), expr.comprehension().accuInit());
      default -> Stream.of();
    };
  }
}
