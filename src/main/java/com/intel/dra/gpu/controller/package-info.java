/** The controller application: it decides which node and which devices a claim gets. */
@org.jspecify.annotations.NullMarked
package com.intel.dra.gpu.controller;
