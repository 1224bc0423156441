package dev.nacre.runtime;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A search, for the flight recorder: from when a thread has it until its hits are read. */
@Name("dev.nacre.Search")
@Label("Search")
@Description("The nearest records to a vector")
@Category("Nacre")
@StackTrace(false)
@Enabled
final class SearchEvent extends Event {
  @Label("Namespace")
  @Nullable String namespace;

  @Label("Embedding space")
  @Nullable String space;

  @Label("Wanted")
  int k;

  @Label("Found")
  int hits;

  @Label("Tier")
  @Nullable String tier;

  @Label("Exact")
  boolean exact;

  @Label("Candidates")
  long candidates;

  @Label("Version")
  long version;

  SearchEvent() {}
}
