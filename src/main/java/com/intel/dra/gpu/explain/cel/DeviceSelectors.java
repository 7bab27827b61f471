package com.intel.dra.gpu.explain.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelValidationException;
import dev.cel.compiler.CelCompiler;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Evaluates expressions about devices, and keeps the compiled ones that were used last. For several
 * threads.
 */
public final class DeviceSelectors {

  private static final int MAX_KEPT = 512;

  private final CelCompiler compiler = SelectorEnvironment.compiler();
  private final CelRuntime runtime = SelectorEnvironment.runtime();
  private final Map<String, Compiled> compiled = new LastUsed();

  private static final class LastUsed extends LinkedHashMap<String, Compiled> {
    private static final long serialVersionUID = 1L;

    LastUsed() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Compiled> eldest) {
      return size() > MAX_KEPT;
    }
  }

  private sealed interface Compiled {
    record Usable(CelAbstractSyntaxTree tree, CelRuntime.Program program) implements Compiled {}

    record Unusable(String why) implements Compiled {}
  }

  /** Says whether an expression selects a device. */
  public SelectorVerdict check(String expression, SelectableDevice device) {
    return switch (compiled(expression)) {
      case Compiled.Unusable unusable -> new SelectorVerdict.Unknown(unusable.why());
      case Compiled.Usable usable ->
          device
              .error()
              .<SelectorVerdict>map(SelectorVerdict.Fails::new)
              .orElseGet(() -> evaluate(usable, device));
    };
  }

  private Compiled compiled(String expression) {
    synchronized (compiled) {
      Compiled known = compiled.get(expression);
      if (known != null) {
        return known;
      }
    }
    Compiled now = compile(expression);
    synchronized (compiled) {
      compiled.put(expression, now);
    }
    return now;
  }

  private Compiled compile(String expression) {
    try {
      CelAbstractSyntaxTree tree = compiler.compile(expression).getAst();
      return new Compiled.Usable(tree, runtime.createProgram(tree));
    } catch (CelValidationException | CelEvaluationException | RuntimeException invalid) {
      return new Compiled.Unusable(firstLine(invalid));
    } catch (StackOverflowError tooDeep) {
      return new Compiled.Unusable("the expression is nested too deeply");
    }
  }

  private static SelectorVerdict evaluate(Compiled.Usable usable, SelectableDevice device) {
    var trace = new SelectorTrace();
    try {
      Object result = usable.program().trace(Map.of("device", device.variable()), trace);
      if (trace.isTooCostly()) {
        return tooCostly();
      }
      return switch (result) {
        case Boolean selected when selected -> new SelectorVerdict.Selected();
        case Boolean unused -> new FalsePart(usable.tree(), trace).find();
        default -> new SelectorVerdict.Fails("the result is neither true nor false");
      };
    } catch (CelEvaluationException | RuntimeException failure) {
      return trace.isTooCostly() ? tooCostly() : new SelectorVerdict.Fails(firstLine(failure));
    } catch (StackOverflowError tooDeep) {
      return new SelectorVerdict.Unknown("the expression is nested too deeply");
    }
  }

  private static SelectorVerdict tooCostly() {
    return new SelectorVerdict.Fails("it costs more than the scheduler lets an expression cost");
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
