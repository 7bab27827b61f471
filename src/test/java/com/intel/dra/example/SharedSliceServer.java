package com.intel.dra.example;

import com.intel.dra.kit.slices.keeper.FakeSliceServer;
import com.intel.dra.kit.slices.keeper.SliceStore;
import com.intel.dra.kit.slices.keeper.SliceStoreException;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** One server of slices for the keepers of several instances, each with a watch of its own. */
final class SharedSliceServer implements AutoCloseable {

  private final FakeSliceServer server = new FakeSliceServer();
  private final List<SliceStore.Watcher> watchers = new CopyOnWriteArrayList<>();

  SharedSliceServer() {
    server.start(new Everybody());
  }

  /** The names of the devices that the scheduler may allocate; empty if the pool is incomplete. */
  Optional<List<String>> deviceNames(String pool) {
    return server
        .pool(pool)
        .map(devices -> devices.stream().map(device -> device.getName()).toList());
  }

  /** The UIDs of the slices. */
  List<String> uids() {
    return server.slices().stream().map(slice -> slice.getMetadata().getUid()).toList();
  }

  SliceStore store() {
    return new Store();
  }

  @Override
  public void close() {
    server.close();
  }

  private final class Everybody implements SliceStore.Watcher {

    @Override
    public void synced() {}

    @Override
    public void written(ResourceSlice slice) {
      tell(watcher -> watcher.written(slice));
    }

    @Override
    public void deleted(ResourceSlice slice) {
      tell(watcher -> watcher.deleted(slice));
    }

    @Override
    public void failed(String message) {
      tell(watcher -> watcher.failed(message));
    }

    private void tell(Consumer<SliceStore.Watcher> event) {
      watchers.forEach(event);
    }
  }

  /** What one instance has of the server. */
  private final class Store implements SliceStore {

    private final List<Watcher> own = new ArrayList<>();

    @Override
    public void start(Watcher watcher) {
      own.add(watcher);
      watchers.add(watcher);
      watcher.synced();
    }

    @Override
    public Optional<List<ResourceSlice>> seen() {
      return own.isEmpty() ? Optional.empty() : server.seen();
    }

    @Override
    public List<ResourceSlice> list() throws SliceStoreException {
      return server.list();
    }

    @Override
    public Optional<String> nodeUid() throws SliceStoreException {
      return server.nodeUid();
    }

    @Override
    public ResourceSlice create(ResourceSlice slice, boolean dryRun) throws SliceStoreException {
      return server.create(slice, dryRun);
    }

    @Override
    public ResourceSlice update(ResourceSlice slice) throws SliceStoreException {
      return server.update(slice);
    }

    @Override
    public void delete(ResourceSlice slice) throws SliceStoreException {
      server.delete(slice);
    }

    @Override
    public void close() {
      watchers.removeAll(own);
    }
  }
}
