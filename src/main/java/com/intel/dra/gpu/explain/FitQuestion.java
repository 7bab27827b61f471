package com.intel.dra.gpu.explain;

import com.intel.dra.gpu.explain.cel.DeviceSelectors;
import com.intel.dra.gpu.explain.search.ClaimKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** How many pods of several kinds would find devices, when they are placed one after the other. */
final class FitQuestion {

  private ReadView view;
  private final DeviceSelectors selectors;
  private final long maxSteps;
  private final BooleanSupplier goesOn;

  /**
   * @param goesOn asked again and again: the search ends when it says no
   */
  FitQuestion(ReadView view, DeviceSelectors selectors, long maxSteps, BooleanSupplier goesOn) {
    this.view = view;
    this.selectors = selectors;
    this.maxSteps = maxSteps;
    this.goesOn = goesOn;
  }

  List<Fit> fit(List<PodGroup> groups) {
    var fits = new ArrayList<Fit>();
    var taken = new TakenDevices(view.held());
    for (PodGroup group : groups) {
      GroupPlacing.Outcome outcome = place(group, taken);
      fits.add(outcome.fit());
      taken = outcome.taken();
    }
    return fits;
  }

  private GroupPlacing placing(PodGroup group) {
    return new GroupPlacing(
        view, group, new Question(view, group.pod(), selectors, maxSteps), goesOn);
  }

  private GroupPlacing.Outcome place(PodGroup group, TakenDevices taken) {
    GroupPlacing placing = placing(group);
    try {
      Set<ClaimKey> takenBack = placing.takenBack(taken);
      if (!takenBack.isEmpty()) {
        view = view.withoutDevicesOf(takenBack);
        taken.hold(taken.held().without(takenBack));
      }
      return placing(group).place(taken); // with a limit of work of its own
    } catch (PodClaims.Problem problem) {
      return new GroupPlacing.Outcome(
          new Fit(
              placing.wanted(),
              0,
              Map.of(),
              placing.wanted() == 0
                  ? Optional.empty()
                  : Optional.of(
                      Sentences.ofPod(problem.reason(), String.valueOf(problem.getMessage()))),
              List.of()),
          taken);
    }
  }
}
