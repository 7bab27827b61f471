package com.intel.dra.gpu.simulator.topology;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.databind.JsonNode;
import com.intel.dra.gpu.simulator.fuse.Errno;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the faults of a GPU as far as they are valid, and reports each problem in the others. */
final class FaultReader {

  private static final String KINDS =
      "write one of refuse, ignore, slow, missing-vf, vf-without-drm, late-drm, staying-vfs,"
          + " survivability";
  private static final Pattern COUNT = Pattern.compile("\\d{1,7}");
  private static final int MAX_DELAY_MS = 600_000;

  /** A fault as written in the topology file. */
  record Entry(
      @Nullable String fault,
      @Nullable String file,
      @Nullable String value,
      @Nullable String errno,
      @Nullable String delayMs,
      @Nullable String times,
      @Nullable String percent,
      @Nullable String vf,
      @Nullable String type,
      @JsonAnySetter Map<String, JsonNode> unknown) {

    private Map<String, Optional<String>> fields() {
      return new TreeMap<>(
          Map.of(
              "file", Optional.ofNullable(file),
              "value", Optional.ofNullable(value),
              "errno", Optional.ofNullable(errno),
              "delayMs", Optional.ofNullable(delayMs),
              "times", Optional.ofNullable(times),
              "percent", Optional.ofNullable(percent),
              "vf", Optional.ofNullable(vf),
              "type", Optional.ofNullable(type)));
    }
  }

  private final List<TopologyProblem> problems;

  /**
   * @param problems the list to which found problems are added
   */
  FaultReader(List<TopologyProblem> problems) {
    this.problems = problems;
  }

  List<Fault> read(String field, @Nullable List<@Nullable Entry> entries, int maxVfs) {
    List<Fault> faults = new ArrayList<>();
    if (entries != null) {
      for (int i = 0; i < entries.size(); i++) {
        fault(field + "[" + i + "]", entries.get(i), maxVfs).ifPresent(faults::add);
      }
    }
    return faults;
  }

  private Optional<Fault> fault(String field, @Nullable Entry entry, int maxVfs) {
    if (entry == null) {
      problems.add(new TopologyProblem(field, "is empty", "say what is wrong, or remove it"));
      return Optional.empty();
    }
    problems.addAll(
        TopologyProblem.unknown(
            field + ".",
            entry.unknown(),
            "fault, file, value, errno, delayMs, percent, times, vf, type"));
    String kind = entry.fault() == null ? "" : entry.fault();
    return switch (kind) {
      case "refuse" -> {
        only(field, entry, Set.of("file", "value", "errno", "percent", "times"));
        Optional<FaultyWrites> writes = writes(field, entry);
        Optional<Errno> errno = errno(field + ".errno", entry.errno());
        yield writes.flatMap(some -> errno.map(known -> new Fault.Refuse(some, known)));
      }
      case "ignore" -> {
        only(field, entry, Set.of("file", "value", "percent", "times"));
        yield writes(field, entry).map(Fault.Ignore::new);
      }
      case "slow" -> {
        only(field, entry, Set.of("file", "value", "percent", "times", "delayMs"));
        Optional<FaultyWrites> writes = writes(field, entry);
        Optional<Duration> delay = delay(field + ".delayMs", entry.delayMs());
        yield writes.flatMap(some -> delay.map(known -> new Fault.Slow(some, known)));
      }
      case "missing-vf" -> {
        only(field, entry, Set.of("vf"));
        yield vf(field + ".vf", entry.vf(), maxVfs).map(Fault.MissingVf::new);
      }
      case "vf-without-drm" -> {
        only(field, entry, Set.of("vf"));
        yield vf(field + ".vf", entry.vf(), maxVfs).map(Fault.VfWithoutDrm::new);
      }
      case "late-drm" -> {
        only(field, entry, Set.of("delayMs"));
        yield delay(field + ".delayMs", entry.delayMs()).map(Fault.LateDrm::new);
      }
      case "staying-vfs" -> {
        only(field, entry, Set.of());
        yield Optional.of(new Fault.StayingVfs());
      }
      case "survivability" -> {
        only(field, entry, Set.of("type"));
        yield survivability(field + ".type", entry.type());
      }
      default -> {
        problems.add(
            new TopologyProblem(field + ".fault", TopologyProblem.found(entry.fault()), KINDS));
        yield Optional.empty();
      }
    };
  }

  private void only(String field, Entry entry, Set<String> used) {
    entry
        .fields()
        .forEach(
            (name, value) -> {
              if (value.isPresent() && !used.contains(name)) {
                problems.add(
                    new TopologyProblem(
                        field + "." + name,
                        "is not a field of the fault " + entry.fault(),
                        used.isEmpty()
                            ? "remove it"
                            : "remove it or use "
                                + used.stream().sorted().collect(Collectors.joining(", "))));
              }
            });
  }

  private Optional<FaultyWrites> writes(String field, Entry entry) {
    OptionalInt times =
        entry.times() == null
            ? OptionalInt.of(FaultyWrites.ALL)
            : count(
                field + ".times",
                entry.times(),
                9_999_999,
                "how many writes it happens to, from 1 to 9999999; leave it out for all");
    OptionalInt percent =
        entry.percent() == null
            ? OptionalInt.of(100)
            : count(
                field + ".percent",
                entry.percent(),
                100,
                "the percentage of writes that it happens to, from 1 to 100; leave it out for all");
    String file = entry.file();
    if (file == null || file.isBlank() || file.startsWith("/") || file.endsWith("/")) {
      problems.add(
          new TopologyProblem(
              field + ".file",
              TopologyProblem.found(file),
              "write how the file's path ends, such as sriov_numvfs or vf3/gt/lmem_quota"));
      return Optional.empty();
    }
    return times.isEmpty() || percent.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new FaultyWrites(
                file, Optional.ofNullable(entry.value()), percent.getAsInt(), times.getAsInt()));
  }

  private Optional<Fault> survivability(String field, @Nullable String text) {
    for (Fault.Survivability.Type type : Fault.Survivability.Type.values()) {
      if (type.word().toLowerCase(Locale.ROOT).equals(text)) {
        return Optional.of(new Fault.Survivability(type));
      }
    }
    problems.add(new TopologyProblem(field, TopologyProblem.found(text), "write boot or runtime"));
    return Optional.empty();
  }

  private Optional<Errno> errno(String field, @Nullable String text) {
    Optional<Errno> errno = Optional.ofNullable(text).flatMap(Errno::named);
    if (errno.isEmpty()) {
      problems.add(
          new TopologyProblem(
              field,
              TopologyProblem.found(text),
              "write one of "
                  + Arrays.stream(Errno.values())
                      .map(Errno::name)
                      .collect(Collectors.joining(", "))));
    }
    return errno;
  }

  private Optional<Duration> delay(String field, @Nullable String text) {
    OptionalInt millis =
        count(field, text, MAX_DELAY_MS, "milliseconds, from 1 to " + MAX_DELAY_MS);
    return millis.isEmpty() ? Optional.empty() : Optional.of(Duration.ofMillis(millis.getAsInt()));
  }

  private Optional<Integer> vf(String field, @Nullable String text, int maxVfs) {
    OptionalInt number =
        count(
            field,
            text,
            Math.max(maxVfs, 1),
            "the number of a VF, from 1 to maxVfs, which is " + maxVfs);
    return number.isEmpty() ? Optional.empty() : Optional.of(number.getAsInt());
  }

  private OptionalInt count(String field, @Nullable String text, int max, String what) {
    if (text != null && COUNT.matcher(text).matches()) {
      int number = Integer.parseInt(text);
      if (number >= 1 && number <= max) {
        return OptionalInt.of(number);
      }
    }
    problems.add(new TopologyProblem(field, TopologyProblem.found(text), "write " + what));
    return OptionalInt.empty();
  }
}
