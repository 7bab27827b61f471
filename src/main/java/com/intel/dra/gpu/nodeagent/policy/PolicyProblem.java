package com.intel.dra.gpu.nodeagent.policy;

/**
 * One mistake in the administrator's rules.
 *
 * @param where the rule and its field, such as {@code rule 2 (flex), sharing.shares}
 * @param found what is there, such as {@code is 0}
 * @param remedy what to write instead
 */
record PolicyProblem(String where, String found, String remedy) {

  @Override
  public String toString() {
    return where + " " + found + ": " + remedy;
  }
}
