package com.intel.dra.gpu.selfcheck.compare;

import static com.intel.dra.gpu.selfcheck.compare.StatementSource.GAS;
import static com.intel.dra.gpu.selfcheck.compare.StatementSource.HARDWARE;
import static com.intel.dra.gpu.selfcheck.compare.StatementSource.PREPARED_CLAIMS;
import static com.intel.dra.gpu.selfcheck.compare.StatementSource.SETTINGS;
import static com.intel.dra.gpu.selfcheck.compare.StatementSource.SOCKETS;
import static com.intel.dra.gpu.selfcheck.compare.StatementSource.VF_HOSTS;

import com.intel.dra.kit.kubelet.server.PluginSocket;
import java.util.Locale;

/**
 * A disagreement about the agent itself: its GAS, its sockets and its files. {@link
 * PluginComparison} finds them.
 */
public sealed interface PluginDisagreement extends Disagreement {

  record GasMissing(String object) implements PluginDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          GAS,
          SETTINGS,
          "the node has an agent and no such object",
          "the agent makes it within seconds; if not, its log has the reason, such as missing rights or a NODE_NAME that no Node has");
    }
  }

  record GasNotReady(String object) implements PluginDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          GAS,
          SOCKETS,
          "it says NotReady while the agent serves the kubelet, so nothing new is placed on the"
              + " node",
          "the kubelet refused the plugin's registration, or the agent cannot write the GAS: see"
              + " the logs of both");
    }
  }

  record PreparedClaimsUnreadable(String object, String reason) implements PluginDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          PREPARED_CLAIMS,
          GAS,
          "it cannot be used: " + reason,
          "the agent sets a damaged file aside and rebuilds it from the GAS: "
              + SEE_LOG
              + "; check the disk");
    }
  }

  record PreparedClaimsIncomplete(String object) implements PluginDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          PREPARED_CLAIMS,
          GAS,
          "it was lost and is not completed from the GAS yet",
          "the agent needs to read the GAS for it: " + SEE_LOG);
    }
  }

  record VfRecordsUnreadable(String object, String reason) implements PluginDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          VF_HOSTS,
          HARDWARE,
          "it cannot be used: " + reason,
          "the agent sets a damaged file aside and rebuilds it from the GAS: "
              + SEE_LOG
              + "; check the disk");
    }
  }

  record SocketMissing(String object, PluginSocket.Kind type) implements PluginDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          SOCKETS,
          SETTINGS,
          "no %s socket is served, so the kubelet does not find the driver"
              .formatted(type.name().toLowerCase(Locale.ROOT)),
          "restart the node agent of this node; " + SEE_LOG);
    }
  }

  record SocketStale(String object) implements PluginDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          SOCKETS,
          SETTINGS,
          "no process listens on it, and the kubelet may keep calling it",
          "the next start of an agent removes it, or remove it yourself");
    }
  }

  record LeftoverFile(String object) implements PluginDisagreement {
    @Override
    public Description description() {
      return new Description(
          object,
          SETTINGS,
          SETTINGS,
          "a write that was not finished left it behind",
          "the agent removes it when it starts, or remove it yourself");
    }
  }
}
