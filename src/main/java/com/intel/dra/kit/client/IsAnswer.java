package com.intel.dra.kit.client;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;

/**
 * Whether an object is the one that was asked for. Something between a client and the API server,
 * such as the page of a login, may answer with another one, and the client takes any JSON.
 */
final class IsAnswer {

  private IsAnswer() {}

  static boolean to(HasMetadata object, String namespace, String name) {
    return to(object, name) && namespace.equals(object.getMetadata().getNamespace());
  }

  /** Objects that the API server stores have a UID. */
  static boolean to(HasMetadata object, String name) {
    ObjectMeta metadata = object.getMetadata();
    return metadata != null && metadata.getUid() != null && name.equals(metadata.getName());
  }
}
