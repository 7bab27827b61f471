package com.intel.dra.gpu.simulator;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** Puts a {@link SysfsEntry.Folder} together. */
final class FolderBuilder {

  private final SequencedMap<String, SysfsEntry> children = new LinkedHashMap<>();

  FolderBuilder readOnly(String name, String content) {
    children.put(name, new SysfsEntry.Attribute(content, false));
    return this;
  }

  FolderBuilder writable(String name, String content) {
    children.put(name, new SysfsEntry.Attribute(content, true));
    return this;
  }

  FolderBuilder link(String name, String target) {
    children.put(name, new SysfsEntry.Link(target));
    return this;
  }

  FolderBuilder folder(String name, FolderBuilder folder) {
    children.put(name, folder.build());
    return this;
  }

  SysfsEntry.Folder build() {
    return new SysfsEntry.Folder(Collections.unmodifiableSequencedMap(children));
  }
}
