package com.intel.dra.gpu.simulator.kernel;

import com.intel.dra.gpu.simulator.fuse.TreeEntry;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** Builds a {@link TreeEntry.Folder}. */
final class TreeFolderBuilder {

  private final SequencedMap<String, TreeEntry> entries = new LinkedHashMap<>();
  private final SequencedMap<String, TreeFolderBuilder> folders = new LinkedHashMap<>();

  TreeFolderBuilder readOnly(String name, String content) {
    return entry(name, new TreeEntry.Attribute(content, false));
  }

  TreeFolderBuilder writable(String name, String content) {
    return entry(name, new TreeEntry.Attribute(content, true));
  }

  TreeFolderBuilder link(String name, String target) {
    return entry(name, new TreeEntry.Link(target));
  }

  TreeFolderBuilder entry(String name, TreeEntry entry) {
    entries.put(name, entry);
    return this;
  }

  /** Returns the builder of the folder at this path; creates it and its parents if missing. */
  TreeFolderBuilder at(String path) {
    TreeFolderBuilder folder = this;
    for (String name : path.split("/")) {
      folder = folder.folders.computeIfAbsent(name, any -> new TreeFolderBuilder());
    }
    return folder;
  }

  TreeEntry.Folder build() {
    SequencedMap<String, TreeEntry> children = new LinkedHashMap<>(entries);
    folders.forEach((name, folder) -> children.put(name, folder.build()));
    return new TreeEntry.Folder(Collections.unmodifiableSequencedMap(children));
  }
}
