package com.intel.dra.gpu.logs;

import java.io.IOException;
import java.io.StringReader;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.logging.Level;
import org.jboss.logging.Logger;
import org.jboss.logmanager.LogContext;

/**
 * Changes the levels of log categories while the application runs. A category that a text no longer
 * mentions gets back the level that it had at the start.
 */
final class LogLevels {

  private static final Logger LOG = Logger.getLogger(LogLevels.class);

  /** The category of the whole driver, to which the kit belongs for those who set levels. */
  private static final String DRIVER = "com.intel.dra.gpu";

  private static final String KIT = "com.intel.dra.kit";

  private final LogContext context;
  private final Map<String, Changed> changed = new HashMap<>();
  private String last = "";

  /**
   * @param logger kept, because the log manager would otherwise drop it together with its level
   * @param before its own level; empty if it had that of its parent
   */
  private record Changed(org.jboss.logmanager.Logger logger, Optional<Level> before) {}

  LogLevels(LogContext context) {
    this.context = context;
  }

  /**
   * Sets the levels as the text says: properties with a category and its level each, such as {@code
   * com.intel.dra.gpu=DEBUG}. Entries that cannot be understood are ignored and reported once.
   */
  void apply(String text) {
    if (text.equals(last)) {
      return;
    }
    last = text;
    var wanted = new TreeMap<String, Level>();
    properties(text)
        .forEach((category, name) -> level(category, name).ifPresent(l -> wanted.put(category, l)));
    Optional.ofNullable(wanted.get(DRIVER)).ifPresent(level -> wanted.putIfAbsent(KIT, level));
    var unwanted = new TreeMap<>(changed);
    unwanted.keySet().removeAll(wanted.keySet());
    unwanted.forEach(this::restore);
    wanted.forEach(this::set);
  }

  private static Map<String, String> properties(String text) {
    var properties = new Properties();
    try {
      properties.load(new StringReader(text));
    } catch (IOException | IllegalArgumentException e) {
      LOG.warnf(
          "Log levels stay as they were, because their file cannot be read: %s", e.getMessage());
    }
    var byCategory = new TreeMap<String, String>();
    properties
        .stringPropertyNames()
        .forEach(category -> byCategory.put(category, properties.getProperty(category)));
    return byCategory;
  }

  private Optional<Level> level(String category, String name) {
    try {
      return Optional.of(context.getLevelForName(name.strip()));
    } catch (IllegalArgumentException e) {
      LOG.warnf(
          "The log level of %s stays as it was: %s is not a level; use ERROR, WARN, INFO, DEBUG or OFF",
          category, name);
      return Optional.empty();
    }
  }

  private void set(String category, Level level) {
    Changed of =
        changed.computeIfAbsent(
            category,
            _ -> {
              org.jboss.logmanager.Logger logger = context.getLogger(category);
              return new Changed(logger, Optional.ofNullable(logger.getLevel()));
            });
    if (!level.equals(of.logger().getLevel())) {
      of.logger().setLevel(level);
      LOG.infof("The log level of %s is %s now", category, level);
    }
  }

  @SuppressWarnings("NullAway") // null makes a logger use its parent's level
  private void restore(String category, Changed was) {
    was.logger().setLevel(was.before().orElse(null));
    changed.remove(category);
    LOG.infof("The log level of %s is again as it was at the start", category);
  }
}
