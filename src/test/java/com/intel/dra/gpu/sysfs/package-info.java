@NullMarked
package com.intel.dra.gpu.sysfs;

import org.jspecify.annotations.NullMarked;
