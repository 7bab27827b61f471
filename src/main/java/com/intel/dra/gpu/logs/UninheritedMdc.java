package com.intel.dra.gpu.logs;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.mdc.provider.LateBoundMDCProvider;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import org.jboss.logmanager.MDCProvider;
import org.jspecify.annotations.Nullable;

/**
 * Stores the fields of log lines separately for each thread. With Quarkus' own store, a new thread
 * inherits them: a thread of the Kubernetes client that was started during work on a claim would
 * have that claim in all its lines, forever.
 */
@Singleton
final class UninheritedMdc implements MDCProvider {

  /** Runs before the first work on a claim. */
  private static final int FIRST = 1;

  private final ThreadLocal<Map<String, Object>> fields = ThreadLocal.withInitial(HashMap::new);

  /** Replaces Quarkus' own provider, which is registered by now. */
  void start(@Observes @Priority(FIRST) StartupEvent event) {
    take();
  }

  void take() {
    LateBoundMDCProvider.setMDCProviderDelegate(this);
  }

  @Override
  public @Nullable String get(String key) {
    return text(getObject(key));
  }

  @Override
  public @Nullable Object getObject(String key) {
    return fields.get().get(key);
  }

  @Override
  public @Nullable String put(String key, String value) {
    return text(putObject(key, value));
  }

  @Override
  public @Nullable Object putObject(String key, Object value) {
    return fields.get().put(key, value);
  }

  @Override
  public @Nullable String remove(String key) {
    return text(removeObject(key));
  }

  @Override
  public @Nullable Object removeObject(String key) {
    return fields.get().remove(key);
  }

  @Override
  public Map<String, String> copy() {
    var copy = new HashMap<String, String>();
    fields.get().forEach((key, value) -> copy.put(key, value.toString()));
    return copy;
  }

  @Override
  public Map<String, Object> copyObject() {
    return new HashMap<>(fields.get());
  }

  @Override
  public boolean isEmpty() {
    return fields.get().isEmpty();
  }

  @Override
  public void clear() {
    fields.remove();
  }

  private static @Nullable String text(@Nullable Object value) {
    return value == null ? null : value.toString();
  }
}
