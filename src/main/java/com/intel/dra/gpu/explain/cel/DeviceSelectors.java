package com.intel.dra.gpu.explain.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelValidationException;
import dev.cel.compiler.CelCompiler;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Evaluates expressions about devices, and keeps the compiled ones that were used last. For several
 * threads.
 */
public final class DeviceSelectors {

  static final int MAX_KEPT = 512;

  /** A compiled expression has hundreds of bytes for each character. */
  static final int MAX_KEPT_CHARACTERS = 128 * 1024;

  /** The work of compiling a character. */
  private static final long STEPS_A_CHARACTER = 20;

  /** The work of an evaluation beside what the expression itself does. */
  private static final long STEPS = 50;

  private final CelCompiler compiler = SelectorEnvironment.compiler();
  private final CelRuntime runtime = SelectorEnvironment.runtime();
  private final Map<String, Compiled> compiled = new LinkedHashMap<>(16, 0.75f, true);

  private int characters;

  private sealed interface Compiled {
    record Usable(CelAbstractSyntaxTree tree, CelRuntime.Program program, PricedCalls calls)
        implements Compiled {}

    record Unusable(String why) implements Compiled {}
  }

  private record Known(Compiled compiled, boolean isNew) {}

  /**
   * What was found out.
   *
   * @param steps the work that it took, at most some millions
   */
  public record Checked(SelectorVerdict verdict, long steps) {}

  /** Says whether an expression selects a device. */
  public Checked check(String expression, SelectableDevice device) {
    Known known = compiled(expression);
    long steps = STEPS + (known.isNew() ? expression.length() * STEPS_A_CHARACTER : 0);
    return switch (known.compiled()) {
      case Compiled.Unusable unusable ->
          new Checked(new SelectorVerdict.Unknown(unusable.why()), steps);
      case Compiled.Usable _ when device.error().isPresent() ->
          new Checked(new SelectorVerdict.Fails(device.error().get()), steps);
      case Compiled.Usable usable -> {
        var trace = new SelectorTrace(usable.calls());
        SelectorVerdict verdict = evaluate(usable, trace, device);
        // finding the part that is false goes through the expression
        long search = verdict instanceof SelectorVerdict.NotSelected ? expression.length() : 0;
        yield new Checked(verdict, steps + trace.steps() + search);
      }
    };
  }

  private Known compiled(String expression) {
    synchronized (compiled) {
      Compiled known = compiled.get(expression);
      if (known != null) {
        return new Known(known, false);
      }
    }
    Compiled now = compile(expression);
    synchronized (compiled) {
      keep(expression, now);
    }
    return new Known(now, true);
  }

  private void keep(String expression, Compiled now) {
    if (expression.length() > MAX_KEPT_CHARACTERS || compiled.put(expression, now) != null) {
      return;
    }
    characters += expression.length();
    Iterator<String> oldest = compiled.keySet().iterator();
    while (compiled.size() > MAX_KEPT || characters > MAX_KEPT_CHARACTERS) {
      characters -= oldest.next().length();
      oldest.remove();
    }
  }

  /** The characters of all expressions that are kept. */
  int keptCharacters() {
    synchronized (compiled) {
      return characters;
    }
  }

  private Compiled compile(String expression) {
    try {
      CelAbstractSyntaxTree tree = compiler.compile(expression).getAst();
      return new Compiled.Usable(tree, runtime.createProgram(tree), PricedCalls.of(tree.getExpr()));
    } catch (CelValidationException | CelEvaluationException | RuntimeException invalid) {
      return new Compiled.Unusable(FalsePart.cut(firstLine(invalid)));
    } catch (StackOverflowError tooDeep) {
      return new Compiled.Unusable("the expression is nested too deeply");
    }
  }

  private static SelectorVerdict evaluate(
      Compiled.Usable usable, SelectorTrace trace, SelectableDevice device) {
    try {
      Object result = usable.program().trace(Map.of("device", device.variable()), trace);
      if (trace.isTooCostly() || trace.isTooLarge()) {
        return ended(trace);
      }
      return switch (result) {
        case Boolean selected when selected -> new SelectorVerdict.Selected();
        case Boolean unused -> new FalsePart(usable.tree(), trace).find();
        default -> new SelectorVerdict.Fails("the result is neither true nor false");
      };
    } catch (CelEvaluationException | RuntimeException failure) {
      return trace.isTooCostly() || trace.isTooLarge()
          ? ended(trace)
          : new SelectorVerdict.Fails(FalsePart.cut(firstLine(failure)));
    } catch (StackOverflowError tooDeep) {
      return new SelectorVerdict.Unknown("the expression is nested too deeply");
    }
  }

  private static SelectorVerdict ended(SelectorTrace trace) {
    return trace.isTooCostly()
        ? new SelectorVerdict.Fails("it costs more than the scheduler lets an expression cost")
        : new SelectorVerdict.Unknown(
            "it makes larger values, or takes more steps, than are looked at");
  }

  private static String firstLine(Throwable failure) {
    return Optional.ofNullable(failure.getMessage())
        .flatMap(message -> message.lines().findFirst())
        .map(DeviceSelectors::withoutPlace)
        .orElseGet(() -> failure.getClass().getSimpleName());
  }

  /** The library begins with the place in the expression. */
  private static String withoutPlace(String message) {
    int end = message.indexOf(": ");
    return message.startsWith("evaluation error at <input>:") && end > 0
        ? message.substring(end + 2)
        : message;
  }
}
