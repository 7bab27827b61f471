/**
 * Clocks, deadlines, pauses and periodic tasks: how the driver waits. No other package but those
 * that start the applications may ask the system for the time, or sleep.
 */
@NullMarked
package com.intel.dra.kit.time;

import org.jspecify.annotations.NullMarked;
