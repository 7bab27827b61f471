package com.intel.dra.gpu.simulator;

/** The files of a PF that can be written. */
sealed interface PfFile {

  record NumVfs() implements PfFile {}

  record DriversAutoprobe() implements PfFile {}

  record AutoProvisioning() implements PfFile {}

  record NumaNode() implements PfFile {}

  record OfQuota(Quota quota) implements PfFile {}
}
