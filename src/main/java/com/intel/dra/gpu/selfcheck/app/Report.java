package com.intel.dra.gpu.selfcheck.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.intel.dra.gpu.selfcheck.compare.Disagreement;
import com.intel.dra.gpu.selfcheck.compare.StatementSource;
import com.intel.dra.gpu.selfcheck.look.NodeSnapshot;
import com.intel.dra.gpu.selfcheck.look.Observed;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The result of a self-check, as text or JSON, and as an exit code. */
record Report(String node, RepeatedComparison.Result result) {

  static final int NO_DISAGREEMENT = 0;
  static final int DISAGREEMENTS = 1;
  static final int NOT_LOOKED_AT = 2;

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /** The format that {@code --json} prints. */
  private record Document(
      String node,
      String mode,
      int looks,
      List<Entry> disagreements,
      List<String> notLookedAt,
      int exitCode) {}

  private record Entry(
      String kind, String object, List<String> between, String finding, String remedy) {}

  int exitCode() {
    NodeSnapshot snapshot = result.last();
    if (snapshot.hardware().seen().isEmpty() || snapshot.gas().seen().isEmpty()) {
      return NOT_LOOKED_AT;
    }
    return result.disagreements().isEmpty() ? NO_DISAGREEMENT : DISAGREEMENTS;
  }

  String text() {
    var lines = new ArrayList<String>();
    result.disagreements().forEach(disagreement -> lines.add(disagreement.line()));
    notLookedAt().forEach(what -> lines.add("not looked at: " + what));
    lines.add(
        "%s (%s DRA): %s after %s"
            .formatted(
                node,
                mode(),
                result.disagreements().isEmpty()
                    ? "no disagreement"
                    : counted(result.disagreements().size(), "disagreement"),
                counted(result.looks(), "look")));
    return String.join("\n", lines);
  }

  private static String counted(int count, String what) {
    return "%d %s%s".formatted(count, what, count == 1 ? "" : "s");
  }

  String json() {
    try {
      return JSON.writeValueAsString(
          new Document(
              node,
              mode(),
              result.looks(),
              result.disagreements().stream().map(Report::entry).toList(),
              notLookedAt(),
              exitCode()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("records of texts and numbers are always JSON", e);
    }
  }

  private static Entry entry(Disagreement disagreement) {
    Disagreement.Description told = disagreement.description();
    return new Entry(
        disagreement.kind(),
        told.object(),
        List.of(told.one().title(), told.other().title()),
        told.finding(),
        told.remedy());
  }

  private String mode() {
    return result.last().mode().name().toLowerCase(Locale.ROOT);
  }

  private List<String> notLookedAt() {
    NodeSnapshot snapshot = result.last();
    var reasons = new ArrayList<String>();
    add(reasons, StatementSource.HARDWARE, snapshot.hardware());
    add(reasons, StatementSource.GAS, snapshot.gas());
    add(reasons, StatementSource.CDI, snapshot.cdi());
    add(reasons, StatementSource.CLAIMS, snapshot.claims());
    add(reasons, StatementSource.SOCKETS, snapshot.sockets());
    switch (snapshot.mode()) {
      case CLASSIC -> {}
      case STRUCTURED -> add(reasons, StatementSource.SLICES, snapshot.slices());
    }
    snapshot
        .claims()
        .seen()
        .filter(claims -> !claims.all())
        .ifPresent(
            _ ->
                reasons.add(
                    "%s that are not prepared: the node agent is not allowed to list them"
                        .formatted(StatementSource.CLAIMS.title())));
    String mute =
        snapshot.hardware().seen().stream()
            .flatMap(hardware -> hardware.sriov().entrySet().stream())
            .filter(sriov -> sriov.getValue().numVfs().isEmpty())
            .map(sriov -> sriov.getKey().toString())
            .sorted()
            .collect(Collectors.joining(", "));
    if (!mute.isEmpty()) {
      reasons.add("VFs of %s: the GPU does not say how many it has".formatted(mute));
    }
    return reasons;
  }

  private static void add(List<String> reasons, StatementSource source, Observed<?> observed) {
    if (observed instanceof Observed.NotSeen<?>(String reason)) {
      reasons.add("%s: %s".formatted(source.title(), reason));
    }
  }
}
