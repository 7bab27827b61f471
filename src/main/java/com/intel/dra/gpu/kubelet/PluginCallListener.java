package com.intel.dra.gpu.kubelet;

/** Hears of every claim that was answered to the kubelet; for metrics. Must not block or throw. */
public interface PluginCallListener {

  void prepareAnswered(PluginApiVersion version, PrepareResult result);

  void unprepareAnswered(PluginApiVersion version, UnprepareResult result);
}
