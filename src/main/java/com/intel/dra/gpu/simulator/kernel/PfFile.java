package com.intel.dra.gpu.simulator.kernel;

/** A writable file of a PF. */
sealed interface PfFile {

  record NumVfs() implements PfFile {}

  record DriversAutoprobe() implements PfFile {}

  record AutoProvisioning() implements PfFile {}

  record NumaNode() implements PfFile {}

  record OfQuota(VfQuota quota) implements PfFile {}
}
