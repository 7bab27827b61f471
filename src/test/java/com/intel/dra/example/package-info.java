/**
 * A complete driver for devices that do not exist, written with the kit alone. The page
 * docs/develop/kit.md quotes it.
 */
@NullMarked
package com.intel.dra.example;

import org.jspecify.annotations.NullMarked;
