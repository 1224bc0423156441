package dev.nacre.store.maintain;

import dev.nacre.error.NacreException;
import dev.nacre.error.SerializationException;
import dev.nacre.error.UnavailableException;
import dev.nacre.error.ValidationException;
import dev.nacre.maintain.ImportReport;
import dev.nacre.maintain.ImportRequest;
import dev.nacre.maintain.Progress;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The commits of an import, in the order of what is read: when one fails, all before it are
 * committed and none after. The next is gathered while one is under way; no more than that is in
 * memory. For one use and one thread.
 */
public final class ImportCommits {
  /** Why a history is not imported. */
  public static final String NO_HISTORY =
      "it is a history, whose versions and commit times an import cannot give again; import an"
          + " export of records, or restore a backup, which keeps its history";

  private static final long BATCH_BYTES = 4 << 20;
  private static final Duration COMMIT_WITHIN = Duration.ofMinutes(10);

  private final Store store;
  private final ImportRequest request;
  private final Unit unit;
  private List<Write> writes = new ArrayList<>();
  private long batchBytes;
  private long batchRecords;
  private long first;
  private long last;
  private @Nullable Pending pending;
  private long recordsCommitted;
  private long commits;
  private long lastVersion;
  private long lastCommitted;

  /** What is counted where it comes from. */
  public enum Unit {
    /** Lines of text. */
    LINE,
    /** Rows of a table. */
    ROW;

    private String one() {
      return name().toLowerCase(Locale.ROOT);
    }

    private String many() {
      return one() + "s";
    }

    /** The name of the detail that says how many are committed. */
    private String committed() {
      return this == LINE ? "committedLines" : "committedRows";
    }

    /** The name of the detail that says where a commit that failed ends. */
    private String lastOne() {
      return this == LINE ? "lastLine" : "lastRow";
    }
  }

  /** A commit under way. */
  private record Pending(CompletableFuture<Commit> commit, long records, long first, long last) {}

  /** Commits to a store as the request says. */
  public ImportCommits(Store store, ImportRequest request, Unit unit) {
    this.store = store;
    this.request = request;
    this.unit = unit;
  }

  /**
   * Adds the options of a namespace, which are committed with the records that follow.
   *
   * @param at the number of the line or row it comes from, from 1; 0 when it is none
   */
  public void addNamespace(Write.Configure write, long at) {
    add(write, 256, at);
  }

  /**
   * Adds a record; commits those gathered when they are enough.
   *
   * @param bytes about how large it is
   * @param at the number of the line or row it comes from, from 1
   */
  public void addRecord(Write write, long bytes, long at) {
    add(write, bytes, at);
    batchRecords++;
    if (batchRecords >= request.batchRecords() || batchBytes >= BATCH_BYTES) {
      submit();
    }
  }

  private void add(Write write, long bytes, long at) {
    if (writes.isEmpty()) {
      first = Math.max(1, at);
    }
    last = at;
    writes.add(write);
    batchBytes += bytes;
  }

  /** Up to where everything is committed. */
  public long committed() {
    return lastCommitted;
  }

  /**
   * Commits the rest.
   *
   * @param read how many lines or rows there were
   */
  public ImportReport finish(long read) {
    submit();
    settle();
    return new ImportReport(read, recordsCommitted, commits, lastVersion);
  }

  /** Commits what was gathered, after the commit before has succeeded. */
  private void submit() {
    settle();
    if (writes.isEmpty()) {
      return;
    }
    CompletableFuture<Commit> commit =
        store.commit(WriteBatch.of(writes, request.attributes()), Durability.SYNC, COMMIT_WITHIN);
    pending = new Pending(commit, batchRecords, first, last);
    writes = new ArrayList<>();
    batchBytes = 0;
    batchRecords = 0;
  }

  private void settle() {
    Pending under = pending;
    if (under == null) {
      return;
    }
    pending = null;
    Commit commit;
    try {
      commit = under.commit.join();
    } catch (CompletionException e) {
      throw notCommitted(under, e);
    }
    recordsCommitted += under.records;
    commits++;
    lastVersion = commit.version();
    lastCommitted = under.last;
    request.progress().accept(new Progress("records imported", recordsCommitted, -1));
  }

  private RuntimeException notCommitted(Pending under, CompletionException failure) {
    String where =
        unit.many()
            + " "
            + under.first
            + " to "
            + under.last
            + " were not imported, "
            + (lastCommitted == 0
                ? "nothing was before them"
                : unit.many() + " 1 to " + lastCommitted + " were, up to version " + lastVersion)
            + ": ";
    Map<String, String> details = new HashMap<>();
    if (failure.getCause() instanceof NacreException cause) {
      details.putAll(cause.details());
      details.put(unit.one(), Long.toString(under.first));
      details.put(unit.lastOne(), Long.toString(under.last));
      details.put(unit.committed(), Long.toString(lastCommitted));
      return switch (cause) {
        case ValidationException e -> new ValidationException(where + e.getMessage(), details, e);
        case SerializationException e ->
            new SerializationException(where + e.getMessage(), details, e);
        default -> cause;
      };
    }
    return new UnavailableException(where + failure.getCause(), details, failure);
  }

  /**
   * The same failure with the line or row it is about; the commit under way ends first. One that a
   * commit has failed with is answered as it is.
   */
  public RuntimeException failedAt(long number, NacreException failure) {
    if (failure.details().containsKey(unit.committed())) {
      return failure;
    }
    settle();
    String message =
        unit.one()
            + " "
            + number
            + " cannot be imported: "
            + failure.getMessage()
            + "; "
            + (lastCommitted == 0
                ? "nothing was imported"
                : unit.many()
                    + " 1 to "
                    + lastCommitted
                    + " were imported, up to version "
                    + lastVersion
                    + "; mend it and import the rest");
    Map<String, String> details = new HashMap<>(failure.details());
    details.put(unit.one(), Long.toString(number));
    details.put(unit.committed(), Long.toString(lastCommitted));
    return failure instanceof ValidationException
        ? new ValidationException(message, details, failure)
        : new SerializationException(message, details, failure);
  }
}
