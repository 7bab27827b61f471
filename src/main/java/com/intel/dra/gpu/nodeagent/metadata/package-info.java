/**
 * Tells the containers of claims of structured DRA which devices they got, in files. Nothing of the
 * driver reads them.
 */
@NullMarked
package com.intel.dra.gpu.nodeagent.metadata;

import org.jspecify.annotations.NullMarked;
