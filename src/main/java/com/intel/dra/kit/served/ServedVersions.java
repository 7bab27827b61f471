package com.intel.dra.kit.served;

import io.fabric8.kubernetes.api.model.APIGroup;
import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What an API server serves of resource.k8s.io.
 *
 * @param names all versions, also those that are of no use here
 * @param structured the best version in which the scheduler allocates
 * @param classic the best version in which a driver's controller allocates
 */
public record ServedVersions(
    Set<String> names, Optional<ServedVersion> structured, Optional<ServedVersion> classic) {

  public ServedVersions {
    names = Set.copyOf(names);
  }

  /**
   * Asks the API server, with one small request for the group and, if it has other versions than
   * before, one for the best version.
   *
   * @param before what was served earlier, if that could be used
   * @throws io.fabric8.kubernetes.client.KubernetesClientException if it does not answer
   */
  public static ServedVersions read(KubernetesClient client, Optional<ServedVersions> before) {
    Set<String> names = names(client);
    return before
        .filter(known -> known.names().equals(names))
        .orElseGet(() -> of(names, version -> resources(client, version)));
  }

  /**
   * @param resources returns the names of the resources that a version has
   */
  static ServedVersions of(Set<String> names, Function<ServedVersion, Set<String>> resources) {
    return new ServedVersions(names, best(names, true, resources), best(names, false, resources));
  }

  /**
   * A version may have other kinds than those that are needed: v1alpha3 has them only up to 1.33.
   */
  private static Optional<ServedVersion> best(
      Set<String> names, boolean structured, Function<ServedVersion, Set<String>> resources) {
    return Arrays.stream(ServedVersion.values())
        .filter(version -> version.isStructured() == structured)
        .filter(version -> names.contains(version.label()))
        .filter(version -> resources.apply(version).containsAll(version.resources()))
        .findFirst();
  }

  /** The best version of both kinds. */
  public Optional<ServedVersion> best() {
    return structured.or(() -> classic);
  }

  private static Set<String> names(KubernetesClient client) {
    // the client returns null for a 404: the group is not served, or a proxy has no API server yet
    return Optional.ofNullable(client.getApiGroup(ServedVersion.GROUP))
        .map(APIGroup::getVersions)
        .stream()
        .flatMap(Collection::stream)
        .map(version -> version.getVersion())
        .collect(Collectors.toUnmodifiableSet());
  }

  private static Set<String> resources(KubernetesClient client, ServedVersion version) {
    return Stream.ofNullable(client.getApiResources(version.apiVersion()))
        .map(APIResourceList::getResources)
        .flatMap(Collection::stream)
        .map(APIResource::getName)
        .collect(Collectors.toUnmodifiableSet());
  }
}
