/** Work of several threads done in one go, and work that is done one after another for each key. */
@NullMarked
package com.intel.dra.kit.concurrent;

import org.jspecify.annotations.NullMarked;
