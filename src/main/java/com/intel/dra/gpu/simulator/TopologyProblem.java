package com.intel.dra.gpu.simulator;

/**
 * One thing wrong with a topology.
 *
 * @param field where, such as {@code gpus[1].address}
 * @param found what stands there, such as {@code is "0000:b3"} or {@code is missing}
 * @param remedy what to write instead
 */
public record TopologyProblem(String field, String found, String remedy) {

  @Override
  public String toString() {
    return field + " " + found + ": " + remedy;
  }
}
