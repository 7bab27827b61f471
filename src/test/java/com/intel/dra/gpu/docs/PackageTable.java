package com.intel.dra.gpu.docs;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The tables of docs/develop/architecture.md that say which package may use which. A row is
 *
 * <pre>
 * | `nodeagent.tell` | metrics and Events | `api`, `kit.kubelet.api`, `nodeagent.{config,state}` |
 * </pre>
 *
 * <p>{@code `nodeagent.*`} are all other packages of the table that begin with {@code nodeagent}.
 */
public final class PackageTable {

  static final Path PAGE = Path.of("docs/develop/architecture.md");

  private static final Pattern NAME = Pattern.compile("`([a-z]+(?:\\.[a-z]+)*)`");
  private static final Pattern USED = Pattern.compile("`([a-z.]+)(?:\\{([a-z.,]+)\\})?`");
  private static final Pattern ALL_OF = Pattern.compile("`([a-z]+\\.)\\*`");

  private PackageTable() {}

  /**
   * A row.
   *
   * @param name as in the table, for example {@code nodeagent.tell} or {@code kit.cdi}
   * @param purpose what the package contains
   * @param mayUse the names of the other packages that it may use
   */
  public record Row(String name, String purpose, SortedSet<String> mayUse) {

    /** Returns the name of the package in Java. */
    public String javaName() {
      return PackageTable.javaName(name);
    }
  }

  /** Returns the name in Java of a package of the table. */
  public static String javaName(String name) {
    return (name.startsWith("kit.") ? "com.intel.dra." : "com.intel.dra.gpu.") + name;
  }

  /** Returns all rows, in the order of the page. */
  public static List<Row> rows() {
    var cellsOfRows = new LinkedHashMap<String, List<String>>();
    boolean isPackages = false;
    for (String line : Documents.prose(PAGE)) {
      if (line.startsWith("## ")) {
        isPackages = line.equals("## Packages");
      }
      List<String> cells = Documents.cells(line);
      if (isPackages && cells.size() == 3) {
        var name = NAME.matcher(cells.get(0));
        if (name.matches()) {
          cellsOfRows.put(name.group(1), cells);
        }
      }
    }
    return cellsOfRows.entrySet().stream()
        .map(row -> row(row.getKey(), row.getValue(), cellsOfRows.keySet()))
        .toList();
  }

  private static Row row(String name, List<String> cells, Set<String> all) {
    SortedSet<String> mayUse = used(cells.get(2));
    ALL_OF
        .matcher(cells.get(2))
        .results()
        .flatMap(room -> all.stream().filter(other -> other.startsWith(room.group(1))))
        .filter(other -> !other.equals(name))
        .forEach(mayUse::add);
    return new Row(name, cells.get(1), mayUse);
  }

  private static SortedSet<String> used(String cell) {
    var names = new TreeSet<String>();
    USED.matcher(cell)
        .results()
        .flatMap(
            used ->
                used.group(2) == null
                    ? Stream.of(used.group(1))
                    : Stream.of(used.group(2).split(",")).map(end -> used.group(1) + end))
        .forEach(names::add);
    return names;
  }
}
