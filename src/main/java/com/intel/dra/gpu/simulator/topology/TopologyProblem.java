package com.intel.dra.gpu.simulator.topology;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One problem in a topology.
 *
 * @param field the place, such as {@code gpus[1].address}
 * @param found what was found, such as {@code is "0000:b3"} or {@code is missing}
 * @param remedy what to write instead
 */
public record TopologyProblem(String field, String found, String remedy) {

  /** Returns one problem for each unknown field. */
  static List<TopologyProblem> unknown(
      String prefix, @Nullable Map<String, JsonNode> unknown, String known) {
    List<TopologyProblem> problems = new ArrayList<>();
    if (unknown != null) {
      unknown.forEach(
          (name, value) ->
              problems.add(
                  new TopologyProblem(
                      prefix + name,
                      "is " + value + " but there is no such field",
                      "remove it or use one of: " + known)));
    }
    return problems;
  }

  static String found(@Nullable String text) {
    return text == null ? "is missing" : "is \"" + text + '"';
  }

  @Override
  public String toString() {
    return field + " " + found + ": " + remedy;
  }
}
