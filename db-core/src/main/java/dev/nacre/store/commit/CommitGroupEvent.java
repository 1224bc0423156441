package dev.nacre.store.commit;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A group commit, for the flight recorder: from before its write until it is acknowledged. */
@Name("dev.nacre.CommitGroup")
@Label("Commit group")
@Description("Commits written and forced to stable storage together")
@Category("Nacre")
@StackTrace(false)
@Enabled
final class CommitGroupEvent extends Event {
  @Label("Commits")
  int commits;

  @Label("Bytes")
  @DataAmount
  long bytes;

  @Label("Forced to stable storage")
  boolean sync;

  @Label("Last version")
  long version;

  CommitGroupEvent() {}
}
