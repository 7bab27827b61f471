package com.intel.dra.gpu.bench.targets;

/**
 * Where a run took place, and of what.
 *
 * @param date of the run, such as 2026-11-30
 * @param cores of the machine
 * @param processor its model
 * @param memoryGiB of the machine
 * @param kernel its release
 * @param java the build's JDK
 * @param go the Go that built Kubernetes
 * @param kubernetes the versions
 * @param commit of this repository, with a mark if files differed from it
 * @param quick whether the steps were made small, which is to try the benchmarks and not to compare
 */
record Machine(
    String date,
    int cores,
    String processor,
    int memoryGiB,
    String kernel,
    String java,
    String go,
    String kubernetes,
    String commit,
    boolean quick) {}
