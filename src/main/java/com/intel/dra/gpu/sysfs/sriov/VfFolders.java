package com.intel.dra.gpu.sysfs.sriov;

import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import com.intel.dra.gpu.sysfs.files.SysfsReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The folders {@code vf<n>} of a tree, n from 1: one for each possible VF, even if no VF exists.
 */
record VfFolders(SysfsReader reader, Path tree) {

  Path folder(int vfNumber) {
    return tree.resolve(SysfsLayout.PRELIM_IOV_VF_PREFIX + vfNumber);
  }

  List<Integer> numbers() throws SriovException {
    return list(tree).stream()
        .filter(name -> name.matches(SysfsLayout.PRELIM_IOV_VF_PREFIX + "[1-9]\\d{0,4}"))
        .map(name -> Integer.valueOf(name.substring(SysfsLayout.PRELIM_IOV_VF_PREFIX.length())))
        .sorted()
        .toList();
  }

  List<String> list(Path folder) throws SriovException {
    try {
      return reader.list(folder);
    } catch (IOException e) {
      throw new SriovException(new SriovFailure.Unreadable(folder, SysfsReader.why(e)));
    }
  }
}
