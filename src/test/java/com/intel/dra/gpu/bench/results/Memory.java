package com.intel.dra.gpu.bench.results;

/**
 * The memory of a process.
 *
 * @param residentMiB RSS, including pages of files
 * @param anonymousMiB the part of RSS that belongs to no file
 */
public record Memory(double residentMiB, double anonymousMiB) {}
