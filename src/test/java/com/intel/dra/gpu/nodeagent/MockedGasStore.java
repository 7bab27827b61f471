package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.api.GpuAllocationState;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Optional;

/**
 * The GAS at the mock API server, which does not name what is not there: each of its 404s is taken
 * for the API server's word. GoneAtApiServerTest has real answers.
 */
final class MockedGasStore extends GasStore {

  MockedGasStore(KubernetesClient client, AgentConfig config) {
    super(client, config);
  }

  @Override
  Optional<GpuAllocationState> get() {
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
  Outcome patch(GpuAllocationState gas, String mergePatch) {
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
