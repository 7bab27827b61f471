@org.jspecify.annotations.NullMarked
package com.intel.dra.gpu.logs;
