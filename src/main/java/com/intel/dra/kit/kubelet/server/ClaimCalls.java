package com.intel.dra.kit.kubelet.server;

import com.intel.dra.kit.concurrent.KeyedLocks;
import com.intel.dra.kit.kubelet.api.ClaimPreparer;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PluginApiVersion;
import com.intel.dra.kit.kubelet.api.PluginCallListener;
import com.intel.dra.kit.kubelet.api.PluginSettings;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.PrepareResult.Prepared;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import com.intel.dra.kit.kubelet.api.UnprepareResult.Unprepared;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * Passes each claim, from any version of the API, to the {@link ClaimPreparer} and returns its
 * result. Ensures what that interface promises about threads, order and errors, and writes the log.
 */
@Singleton
final class ClaimCalls {

  private static final Logger LOG = Logger.getLogger(ClaimCalls.class);

  /**
   * Reported only to the listener: the call itself ends with the Error, such as a stack overflow.
   */
  private static final String BROKEN_OFF = "interrupted by an Error";

  private static final int MAX_UID_LENGTH = 128;
  private static final int MAX_NAME_LENGTH = 253;
  private static final int MAX_LABEL_LENGTH = 63;

  /** The API server makes UUIDs, but does not guarantee their form. */
  private static final Pattern UID = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?");

  /** RFC 1123, as the API server checks names of objects and of namespaces. */
  private static final Pattern SUBDOMAIN = Pattern.compile("[a-z0-9]([a-z0-9.-]*[a-z0-9])?");

  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?");

  private final ClaimPreparer preparer;
  private final PluginCallListener listener;
  private final InstanceLock instances;
  private final KeyedLocks claims = new KeyedLocks();
  private final Executor threads =
      Executors.newThreadPerTaskExecutor(
          Thread.ofVirtual().name("claim-", 0).inheritInheritableThreadLocals(false).factory());

  @Inject
  ClaimCalls(PluginSettings settings, ClaimPreparer preparer, PluginCallListener listener) {
    this(preparer, listener, new InstanceLock(settings.lockFile(), InstanceLock.PATIENCE));
  }

  ClaimCalls(ClaimPreparer preparer, PluginCallListener listener, InstanceLock instances) {
    this.preparer = preparer;
    this.listener = listener;
    this.instances = instances;
  }

  /**
   * What is wrong with a reference that the kubelet sent; empty if Kubernetes allows it. A
   * reference that it does not allow is used in no file, object or path.
   */
  static Optional<String> defect(ClaimReference claim) {
    return defect("UID", claim.uid(), UID, MAX_UID_LENGTH)
        .or(() -> defect("name", claim.name(), SUBDOMAIN, MAX_NAME_LENGTH))
        .or(() -> defect("namespace", claim.namespace(), LABEL, MAX_LABEL_LENGTH));
  }

  private static Optional<String> defect(String part, String text, Pattern form, int maxLength) {
    if (text.isEmpty()) {
      return Optional.of("claim %s is empty".formatted(part));
    }
    if (text.length() > maxLength) {
      return Optional.of(
          "claim %s has %d characters, at most %d are allowed"
              .formatted(part, text.length(), maxLength));
    }
    return form.matcher(text).matches()
        ? Optional.empty()
        : Optional.of(
            "claim %s does not have the form that Kubernetes gives it (%s)"
                .formatted(part, form.pattern()));
  }

  /** The resource handle as classic kubelets send it; an empty text means none. */
  static Optional<String> handle(String sent) {
    return sent.isEmpty() ? Optional.empty() : Optional.of(sent);
  }

  /** Never fails: errors are returned as results. */
  Uni<PrepareResult> prepare(
      PluginApiVersion version, ClaimReference claim, Optional<String> handle) {
    return onThread(
        () -> {
          listener.prepareBegun();
          long begin = System.nanoTime();
          PrepareResult result = new PrepareResult.Failed(BROKEN_OFF);
          try {
            result =
                claims.whileHolding(
                    claim.uid(), () -> loggedAs(claim, () -> prepareNow(claim, handle, begin)));
            return result;
          } finally {
            listener.prepareAnswered(version, result, since(begin));
          }
        });
  }

  /** Never fails: errors are returned as results. */
  Uni<UnprepareResult> unprepare(PluginApiVersion version, ClaimReference claim) {
    return onThread(
        () -> {
          listener.unprepareBegun();
          long begin = System.nanoTime();
          UnprepareResult result = new UnprepareResult.Failed(BROKEN_OFF);
          try {
            result =
                claims.whileHolding(claim.uid(), () -> loggedAs(claim, () -> unprepareNow(claim)));
            return result;
          } finally {
            listener.unprepareAnswered(version, result, since(begin));
          }
        });
  }

  private <R> Uni<R> onThread(Supplier<R> call) {
    return Uni.createFrom().item(call).runSubscriptionOn(threads);
  }

  private static Duration since(long begin) {
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  /** Runs the call with the claim as a field of everything that it logs. */
  private static <R> R loggedAs(ClaimReference claim, Supplier<R> call) {
    if (defect(claim).isPresent()) {
      return call.get();
    }
    MDC.put("claim", claim.namespace() + "/" + claim.name());
    try {
      return call.get();
    } finally {
      MDC.remove("claim");
    }
  }

  private PrepareResult prepareNow(ClaimReference claim, Optional<String> handle, long begin) {
    PrepareResult result;
    try {
      result =
          defect(claim)
              .<PrepareResult>map(PrepareResult.Failed::new)
              .orElseGet(
                  () ->
                      instances.whileHolding(
                          () -> preparer.prepare(claim, handle, since(begin)),
                          PrepareResult.Failed::new));
    } catch (RuntimeException e) {
      LOG.errorf(e, "Defect while preparing %s", claim);
      return new PrepareResult.Failed(defectMessage(e));
    }
    switch (result) {
      case Prepared prepared -> LOG.infof("Prepared %s: %s", claim, prepared.cdiDevices());
      case PrepareResult.Failed failed ->
          LOG.warnf("Could not prepare %s: %s", claim, failed.message());
    }
    return result;
  }

  private UnprepareResult unprepareNow(ClaimReference claim) {
    UnprepareResult result;
    try {
      result =
          defect(claim)
              .<UnprepareResult>map(UnprepareResult.Failed::new)
              .orElseGet(
                  () ->
                      instances.whileHolding(
                          () -> preparer.unprepare(claim), UnprepareResult.Failed::new));
    } catch (RuntimeException e) {
      LOG.errorf(e, "Defect while unpreparing %s", claim);
      return new UnprepareResult.Failed(defectMessage(e));
    }
    switch (result) {
      case Unprepared done -> LOG.infof("Unprepared %s", claim);
      case UnprepareResult.Failed failed ->
          LOG.warnf("Could not unprepare %s: %s", claim, failed.message());
    }
    return result;
  }

  private static String defectMessage(RuntimeException e) {
    return "internal error, see the log of the driver on this node: " + e;
  }
}
