package com.intel.dra.kit.kubelet.api;

/** What the kubelet last said about the plugin's registration. */
public sealed interface RegistrationState {

  /**
   * The kubelet has not said anything yet: it has not found the registration socket, or is not
   * running.
   */
  record Awaited() implements RegistrationState {}

  record Registered() implements RegistrationState {}

  /**
   * @param error the kubelet's error text
   */
  record Refused(String error) implements RegistrationState {}
}
