package com.intel.dra.gpu.nodeagent.prepare;

/** Why a claim cannot use what it was given now, in words for users. */
sealed interface DeviceHindrance {

  String message();

  /** It ends by itself, so a call waits for it as long as it has time. */
  record Passing(String message) implements DeviceHindrance {}

  /** It does not end by itself soon, so a call fails at once. */
  record Lasting(String message) implements DeviceHindrance {}
}
