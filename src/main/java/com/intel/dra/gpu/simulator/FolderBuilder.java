package com.intel.dra.gpu.simulator;

import com.intel.dra.gpu.simulator.fuse.TreeEntry;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** Builds a {@link TreeEntry.Folder}. */
final class FolderBuilder {

  private final SequencedMap<String, TreeEntry> entries = new LinkedHashMap<>();
  private final SequencedMap<String, FolderBuilder> folders = new LinkedHashMap<>();

  FolderBuilder readOnly(String name, String content) {
    return entry(name, new TreeEntry.Attribute(content, false));
  }

  FolderBuilder writable(String name, String content) {
    return entry(name, new TreeEntry.Attribute(content, true));
  }

  FolderBuilder link(String name, String target) {
    return entry(name, new TreeEntry.Link(target));
  }

  FolderBuilder entry(String name, TreeEntry entry) {
    entries.put(name, entry);
    return this;
  }

  /** Returns the builder of the folder at this path; creates it and its parents if missing. */
  FolderBuilder at(String path) {
    FolderBuilder folder = this;
    for (String name : path.split("/")) {
      folder = folder.folders.computeIfAbsent(name, any -> new FolderBuilder());
    }
    return folder;
  }

  TreeEntry.Folder build() {
    SequencedMap<String, TreeEntry> children = new LinkedHashMap<>(entries);
    folders.forEach((name, folder) -> children.put(name, folder.build()));
    return new TreeEntry.Folder(Collections.unmodifiableSequencedMap(children));
  }
}
