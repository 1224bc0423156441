package dev.nacre.bench.data;

import java.util.List;

/**
 * What is stored and searched.
 *
 * @param name as the report calls it
 * @param base what is stored
 * @param rows text and metadata of each of the base
 * @param queries what is searched for, none of it in the base
 */
public record Dataset(String name, Vectors base, List<TextRow> rows, Vectors queries) {
  /** Checks that there is a text for each vector. */
  public Dataset {
    if (rows.size() != base.size()) {
      throw new IllegalArgumentException(rows.size() + " texts for " + base.size() + " vectors");
    }
    rows = List.copyOf(rows);
  }
}
