package com.intel.dra.gpu.explain;

import com.intel.dra.gpu.explain.cel.DeviceSelectors;
import com.intel.dra.gpu.explain.search.HeldDevices;
import com.intel.dra.gpu.explain.search.SearchResult;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** How many pods like one would find devices. */
final class FitQuestion {

  private final ReadView view;
  private final Pod pod;
  private final Question question;

  FitQuestion(ReadView view, Pod pod, DeviceSelectors selectors, long maxSteps) {
    this.view = view;
    this.pod = pod;
    this.question = new Question(view, pod, selectors, maxSteps);
  }

  Fit fit(int wanted) {
    PodClaims claims;
    try {
      claims = PodClaims.of(pod, view, PodClaims.Missing.FROM_TEMPLATE);
    } catch (PodClaims.Problem problem) {
      return new Fit(
          0,
          Map.of(),
          Optional.of(Sentences.ofPod(problem.reason(), String.valueOf(problem.getMessage()))));
    }
    return fit(wanted, claims);
  }

  private Fit fit(int wanted, PodClaims claims) {
    var byNode = new TreeMap<String, Integer>();
    HeldDevices held = view.held();
    Iterator<Node> nodes = view.nodes().iterator();
    int placed = 0;
    while (placed < wanted && nodes.hasNext()) {
      Node node = nodes.next();
      while (placed < wanted
          && question.excluded(node, claims).isEmpty()
          && question.search(node, claims, held) instanceof SearchResult.Found found) {
        byNode.merge(node.getMetadata().getName(), 1, Integer::sum);
        placed++;
        if (found.placements().isEmpty()) {
          // nothing to hold: as many as are wanted
          byNode.merge(node.getMetadata().getName(), wanted - placed, Integer::sum);
          placed = wanted;
        }
        held = held.with(found.placements());
      }
    }
    Optional<PodExplanation> next =
        placed < wanted ? Optional.of(question.explain(claims, held)) : Optional.empty();
    return new Fit(placed, byNode, next);
  }
}
