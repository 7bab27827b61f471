package com.intel.dra.gpu.nodeagent.gas;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Optional;

/**
 * The GAS at the mock API server. That server does not name the missing object in a 404, so this
 * class takes each 404 as the API server's answer that there is no GAS. GoneAtApiServerTest has
 * real answers.
 */
public final class MockedGasStore extends GasStore {

  public MockedGasStore(KubernetesClient client, AgentConfig config) {
    super(client, config);
  }

  @Override
  public Optional<GpuAllocationState> get() {
    try {
      return super.get();
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public Outcome patch(GpuAllocationState gas, String mergePatch) {
    try {
      return super.patch(gas, mergePatch);
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
        return Outcome.MISSING;
      }
      throw e;
    }
  }
}
