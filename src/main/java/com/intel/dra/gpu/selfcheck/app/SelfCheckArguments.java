package com.intel.dra.gpu.selfcheck.app;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The parsed command line of {@code self-check}. */
sealed interface SelfCheckArguments {

  Duration DEFAULT_SETTLE = Duration.ofSeconds(20);

  String USAGE =
      """
      usage: self-check [--json] [--settle SECONDS]
             self-check --files

      Compares what the node's GpuAllocationState, ResourceClaims, ResourceSlices, sysfs, CDI spec, sockets and the node
      agent's own files say of the node's GPUs, and prints one line for each disagreement. Changes nothing.

        --json              the result as JSON
        --settle SECONDS    report what still disagrees after this time (default 20); 0: compare once
        --files             compares nothing: prints the kernel's files of the GPUs and the agent's records, as JSON

      Exit code: 0 no disagreement, 1 disagreements, 2 the node's GPUs or its GpuAllocationState could not be looked at.
      """;

  record Check(boolean json, Duration settle) implements SelfCheckArguments {}

  record Files() implements SelfCheckArguments {}

  record Help() implements SelfCheckArguments {}

  record Wrong(String why) implements SelfCheckArguments {}

  static SelfCheckArguments parse(List<String> arguments) {
    boolean json = false;
    Duration settle = DEFAULT_SETTLE;
    if (arguments.contains("--files")) {
      return arguments.size() == 1 ? new Files() : new Wrong("--files is alone");
    }
    for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
      String argument = rest.next();
      switch (argument) {
        case "--help", "-h" -> {
          return new Help();
        }
        case "--json" -> json = true;
        case "--settle" -> {
          Optional<Duration> given = rest.hasNext() ? seconds(rest.next()) : Optional.empty();
          if (given.isEmpty()) {
            return new Wrong("--settle needs a number of seconds, such as --settle 20");
          }
          settle = given.get();
        }
        default -> {
          return new Wrong("unknown argument: " + argument);
        }
      }
    }
    return new Check(json, settle);
  }

  private static Optional<Duration> seconds(String text) {
    return Pattern.matches("\\d{1,5}s?", text)
        ? Optional.of(Duration.ofSeconds(Long.parseLong(text.replace("s", ""))))
        : Optional.empty();
  }
}
