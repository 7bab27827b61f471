package com.intel.dra.kit.slices.keeper;

import com.intel.dra.kit.slices.pool.DroppedField;
import com.intel.dra.kit.slices.pool.PublishedPool;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** The calls that a listener received, in words. */
final class Heard implements SliceListener {

  final List<String> all = new CopyOnWriteArrayList<>();
  private volatile Optional<PublishedPool> last = Optional.empty();

  Optional<PublishedPool> last() {
    return last;
  }

  long count(String beginning) {
    return all.stream().filter(line -> line.startsWith(beginning)).count();
  }

  @Override
  public void published(PublishedPool pool) {
    last = Optional.of(pool);
    all.add("published " + pool.candidate());
  }

  @Override
  public void repaired(PublishedPool pool) {
    last = Optional.of(pool);
    all.add("repaired " + pool.candidate());
  }

  @Override
  public void withdrawn() {
    all.add("withdrawn");
  }

  @Override
  public void droppedFields(int candidate, Set<DroppedField> fields) {
    all.add("dropped " + candidate + " " + fields.stream().sorted().toList());
  }

  @Override
  public void rejected(int candidate, String message) {
    all.add("rejected " + candidate + " " + message);
  }

  @Override
  public void failed(String message) {
    all.add("failed " + message);
  }
}
