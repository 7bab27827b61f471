package com.intel.dra.gpu.selfcheck.compare;

import com.intel.dra.gpu.nodeagent.state.StateOnDisk;
import com.intel.dra.gpu.selfcheck.look.NodeSnapshot;
import com.intel.dra.kit.kubelet.server.PluginSocket;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Checks the agent itself: its sockets and files, and whether the GAS says that it is running. */
record PluginComparison(NodeSnapshot picture, Consumer<Disagreement> found) {

  void run() {
    picture.gas().seen().ifPresent(this::gas);
    picture.sockets().seen().ifPresent(this::sockets);
    prepared();
    vfHosts();
    picture
        .leftovers()
        .forEach(file -> found.accept(new PluginDisagreement.LeftoverFile("" + file)));
  }

  private void gas(Optional<NodeSnapshot.Gas> gas) {
    if (gas.isEmpty()) {
      found.accept(new PluginDisagreement.GasMissing(picture.gasName()));
    } else if (!gas.get().ready() && isServed(PluginSocket.Kind.REGISTRATION)) {
      found.accept(new PluginDisagreement.GasNotReady(picture.gasName()));
    }
  }

  private void sockets(List<PluginSocket> sockets) {
    for (PluginSocket.Kind kind : PluginSocket.Kind.values()) {
      if (!isServed(kind)) {
        found.accept(new PluginDisagreement.SocketMissing(picture.mode().driverName(), kind));
      }
    }
    sockets.stream()
        .filter(socket -> !socket.served())
        .forEach(
            socket -> found.accept(new PluginDisagreement.SocketStale(socket.path().toString())));
  }

  private boolean isServed(PluginSocket.Kind kind) {
    return picture.sockets().seen().stream()
        .flatMap(List::stream)
        .anyMatch(socket -> socket.kind() == kind && socket.served());
  }

  private void prepared() {
    String file = picture.prepared().file().toString();
    problem(picture.prepared())
        .ifPresent(
            reason -> found.accept(new PluginDisagreement.PreparedClaimsUnreadable(file, reason)));
    picture
        .prepared()
        .records()
        .filter(records -> !records.complete())
        .ifPresent(_ -> found.accept(new PluginDisagreement.PreparedClaimsIncomplete(file)));
  }

  private void vfHosts() {
    problem(picture.vfHosts())
        .ifPresent(
            reason ->
                found.accept(
                    new PluginDisagreement.VfRecordsUnreadable(
                        picture.vfHosts().file().toString(), reason)));
  }

  /** A missing file is no problem: it counts as a file without records, and is compared as such. */
  private static Optional<String> problem(NodeSnapshot.StateFile<?> file) {
    return switch (file.content()) {
      case StateOnDisk.Content.Absent<?> _ -> Optional.empty();
      case StateOnDisk.Content.Unreadable<?>(String reason) -> Optional.of(reason);
      case StateOnDisk.Content.Valid<?>(String bootId, var _) ->
          bootId.equals(file.thisBoot())
              ? Optional.empty()
              : Optional.of(
                  "it is from boot %s, and the node is in boot %s now"
                      .formatted(bootId, file.thisBoot()));
    };
  }
}
