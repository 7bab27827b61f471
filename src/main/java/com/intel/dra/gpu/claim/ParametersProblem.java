package com.intel.dra.gpu.claim;

/**
 * Why a claim's parameters cannot be used. Other claims are not concerned, and the claim is looked
 * at again when one of the objects named in the message changes.
 *
 * @param message for people: the object, the field, its value and the remedy
 */
public record ParametersProblem(Reason reason, String message) {

  /** Reason of the Event on the claim. */
  public enum Reason {
    INVALID_CLASS_PARAMETERS_REFERENCE("InvalidClassParametersReference"),
    CLASS_PARAMETERS_NOT_FOUND("ClassParametersNotFound"),
    INVALID_CLASS_PARAMETERS("InvalidClassParameters"),
    INVALID_CLAIM_PARAMETERS_REFERENCE("InvalidClaimParametersReference"),
    CLAIM_PARAMETERS_NOT_FOUND("ClaimParametersNotFound"),
    INVALID_CLAIM_PARAMETERS("InvalidClaimParameters");

    private final String eventReason;

    Reason(String eventReason) {
      this.eventReason = eventReason;
    }

    public String eventReason() {
      return eventReason;
    }
  }
}
