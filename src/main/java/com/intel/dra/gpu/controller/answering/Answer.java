package com.intel.dra.gpu.controller.answering;

/** What is sent back. */
public record Answer(int status, String json) {}
