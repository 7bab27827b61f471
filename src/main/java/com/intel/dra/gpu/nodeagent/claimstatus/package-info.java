/**
 * Says at each claim of structured DRA what it got, in {@code status.devices} and by Events.
 * Nothing of the driver reads it.
 */
@NullMarked
package com.intel.dra.gpu.nodeagent.claimstatus;

import org.jspecify.annotations.NullMarked;
