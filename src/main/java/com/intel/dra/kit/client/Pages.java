package com.intel.dra.kit.client;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Listable;
import java.util.function.Consumer;

/** Lists objects in pages, because a list of all of them may not fit into memory. */
public final class Pages {

  private Pages() {}

  /**
   * Reads all objects of the list, one after the other. One page is in memory at a time. Blocks.
   *
   * @param size how many objects a page has
   * @throws KubernetesClientException if a page cannot be read; the reader may have got others
   */
  public static <T extends HasMetadata> void forEach(
      Listable<? extends KubernetesResourceList<T>> list, long size, Consumer<T> reader) {
    ListOptions page = new ListOptionsBuilder().withLimit(size).build();
    do {
      KubernetesResourceList<T> answer = list.list(page);
      answer.getItems().forEach(reader);
      page.setContinue(answer.getMetadata().getContinue());
    } while (page.getContinue() != null && !page.getContinue().isEmpty());
  }
}
