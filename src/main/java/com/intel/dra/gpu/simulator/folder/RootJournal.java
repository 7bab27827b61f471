package com.intel.dra.gpu.simulator.folder;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.simulator.topology.PciPlacement;
import com.intel.dra.gpu.sysfs.files.KernelDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The list of what a simulator has made below its root. Each item is recorded before it is made, so
 * that the next simulator can clean up after a killed one, and nothing that others made is removed.
 * The journal need not survive a crash of the machine: it is renamed into place, but not
 * synchronized to the disk.
 */
final class RootJournal {

  private static final int VERSION = 1;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES);

  private record Content(
      int version, boolean rootMade, List<String> folders, List<PlacementEntry> gpus) {}

  /**
   * @param pcieRoot empty if an earlier version wrote the entry
   */
  private record PlacementEntry(
      String address,
      String driver,
      int cardIndex,
      @JsonSetter(nulls = Nulls.AS_EMPTY) String pcieRoot,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean managementEngine) {}

  private final Path file;
  private boolean rootMade;
  private final List<String> folders = new ArrayList<>();
  private final List<PciPlacement> placements = new ArrayList<>();

  private RootJournal(Path file) {
    this.file = file;
  }

  /** Returns an empty journal that is not yet stored in a file. */
  static RootJournal start(Path file, boolean rootMade) {
    RootJournal journal = new RootJournal(file);
    journal.rootMade = rootMade;
    return journal;
  }

  /**
   * @throws DamagedJournalException if the file cannot be understood
   */
  static RootJournal load(Path file) throws IOException, DamagedJournalException {
    RootJournal journal = new RootJournal(file);
    try {
      Content content = JSON.readValue(Files.readAllBytes(file), Content.class);
      if (content.version() != VERSION) {
        throw new DamagedJournalException("it has version " + content.version());
      }
      journal.rootMade = content.rootMade();
      journal.folders.addAll(content.folders());
      for (PlacementEntry entry : content.gpus()) {
        journal.placements.add(placement(entry));
      }
    } catch (JsonProcessingException e) {
      throw new DamagedJournalException(e.getOriginalMessage());
    }
    return journal;
  }

  private static PciPlacement placement(PlacementEntry entry) throws DamagedJournalException {
    PciAddress address =
        PciAddress.parse(entry.address())
            .orElseThrow(() -> new DamagedJournalException("address " + entry.address()));
    return new PciPlacement(
        address,
        KernelDriver.fromSysfsName(entry.driver())
            .orElseThrow(() -> new DamagedJournalException("driver " + entry.driver())),
        entry.cardIndex(),
        entry.pcieRoot().isEmpty() ? PciPlacement.pcieRootAt(address) : entry.pcieRoot(),
        entry.managementEngine());
  }

  boolean rootMade() {
    return rootMade;
  }

  /** The folders that were made, relative to the root, parents first. */
  List<String> folders() {
    return List.copyOf(folders);
  }

  List<PciPlacement> placements() {
    return List.copyOf(placements);
  }

  void addFolder(String folder) throws IOException {
    if (!folders.contains(folder)) {
      folders.add(folder);
      store();
    }
  }

  void add(PciPlacement placement) throws IOException {
    placements.add(placement);
    store();
  }

  void remove(PciPlacement placement) throws IOException {
    placements.remove(placement);
    store();
  }

  void store() throws IOException {
    Content content =
        new Content(
            VERSION,
            rootMade,
            folders,
            placements.stream()
                .map(
                    placement ->
                        new PlacementEntry(
                            placement.address().toString(),
                            placement.driver().sysfsName(),
                            placement.cardIndex(),
                            placement.pcieRoot(),
                            placement.managementEngine()))
                .toList());
    Path next = file.resolveSibling(file.getFileName() + ".next");
    Files.write(next, JSON.writeValueAsBytes(content));
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
