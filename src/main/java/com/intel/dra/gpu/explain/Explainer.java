package com.intel.dra.gpu.explain;

import com.intel.dra.gpu.explain.cel.DeviceSelectors;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Explains why pods wait for devices. Remembers compiled expressions, and what it read of the view
 * that was used last. For several threads.
 */
public final class Explainer {

  /** The steps of search that one question may take. */
  public static final long MAX_STEPS = 20_000_000;

  /** The most pods of one kind that are placed. */
  public static final int MAX_REPLICAS = 10_000;

  private final DeviceSelectors selectors = new DeviceSelectors();
  private final long maxSteps;
  private @Nullable ReadView last;

  public Explainer() {
    this(MAX_STEPS);
  }

  /** With another limit of work for one question. */
  public Explainer(long maxSteps) {
    this.maxSteps = maxSteps;
  }

  /** Says why a pod waits for devices, or that it does not. */
  public PodExplanation explain(ClusterView view, Pod pod) {
    return new Question(read(view), pod, selectors, maxSteps).explain();
  }

  /**
   * Says how many pods like this one could have devices at once, one after the other as the
   * scheduler would place them on the first node that has devices. Their claims come from the
   * templates of the view; a claim with a name is shared by all of them.
   */
  public Fit fit(ClusterView view, Pod pod, int replicas) {
    return fit(view, FitPlan.of(pod, Math.clamp(replicas, 0, MAX_REPLICAS)), () -> true).getFirst();
  }

  /**
   * Says the same of several kinds of pods, each with the devices of those before taken. The limit
   * of work is for each kind.
   *
   * @param goesOn asked before each search: when it says no, the search is ended
   * @return one for each group of the plan, in its order
   */
  public List<Fit> fit(ClusterView view, FitPlan plan, BooleanSupplier goesOn) {
    return new FitQuestion(read(view).with(plan), selectors, maxSteps, goesOn).fit(plan.groups());
  }

  private synchronized ReadView read(ClusterView view) {
    ReadView known = last;
    if (known == null || known.view() != view) {
      known = ReadView.of(view);
      last = known;
    }
    return known;
  }
}
