package com.intel.dra.kit.client;

import com.intel.dra.kit.served.ServedNames;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.ResourceNotFoundException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.net.HttpURLConnection;
import java.util.Optional;
import java.util.Set;

/**
 * Distinguishes a missing object from other 404 answers. A proxy without a backend, an API server
 * that does not serve the version, and one without the definition of the kind also answer 404, and
 * none of them knows whether the object exists. Only the API server's answer about a missing object
 * names its resource and name.
 */
public final class ObjectLookup {

  private static final String REASON = "NotFound";

  private ObjectLookup() {}

  /**
   * Reads one object; empty only if the API server says that this object does not exist.
   *
   * @param resource the object with that name
   * @throws KubernetesClientException for every other answer, and for none
   */
  public static <T extends HasMetadata> Optional<T> read(
      Resource<T> resource, Class<T> kind, String name) {
    try {
      T object = resource.require();
      if (!isStored(object, name)) {
        throw new KubernetesClientException(
            "the answer to a request for %s %s is another object: does something answer in place of the API server?"
                .formatted(HasMetadata.getSingular(kind), name));
      }
      return Optional.of(object);
    } catch (ResourceNotFoundException e) { // the client throws this for every failure
      KubernetesClientException cause =
          e.getCause() instanceof KubernetesClientException answer
              ? answer
              : new KubernetesClientException(String.valueOf(e.getMessage()), e);
      if (isSaidBy(cause, kind, name)) {
        return Optional.empty();
      }
      throw cause;
    }
  }

  /**
   * Whether an object is one that the API server stores under this name. Something between a client
   * and the API server, such as the page of a login, may answer with another one, and the client
   * takes any JSON.
   */
  static boolean isStored(HasMetadata object, String name) {
    ObjectMeta metadata = object.getMetadata();
    return metadata != null && metadata.getUid() != null && name.equals(metadata.getName());
  }

  /** Whether it is the API server's answer that there is no object of that kind and name. */
  public static boolean isSaidBy(
      KubernetesClientException answer, Class<? extends HasMetadata> kind, String name) {
    Set<String> plurals = ServedNames.plurals(HasMetadata.getPlural(kind));
    return details(answer)
        .filter(of -> of.getKind() != null && plurals.contains(of.getKind()))
        .filter(of -> name.equals(of.getName()))
        .isPresent();
  }

  private static Optional<StatusDetails> details(KubernetesClientException answer) {
    return Optional.ofNullable(answer.getStatus())
        .filter(
            status ->
                answer.getCode() == HttpURLConnection.HTTP_NOT_FOUND
                    && REASON.equals(status.getReason()))
        .map(Status::getDetails);
  }
}
