package com.intel.dra.gpu.simulator;

/** A writable file of a PF. */
sealed interface PfFile {

  record NumVfs() implements PfFile {}

  record DriversAutoprobe() implements PfFile {}

  record AutoProvisioning() implements PfFile {}

  record NumaNode() implements PfFile {}

  record OfQuota(Quota quota) implements PfFile {}
}
