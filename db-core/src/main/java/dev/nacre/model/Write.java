package dev.nacre.model;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One write of a {@link WriteBatch}. */
public sealed interface Write {

  /** The namespace written. */
  String namespace();

  /**
   * Changes the named parts of a record and leaves the others as they are; creates the record when
   * there is none.
   *
   * @param namespace the namespace, created when first written
   * @param key 1–1024 bytes of UTF-8
   * @param value the new value, or null to keep the one that is there
   * @param metadata the new metadata object, whole, or null to keep the one that is there
   * @param embeddings new embeddings, at most one for a space; other spaces are kept
   * @param expiry what becomes of the record's expiry
   * @param condition what must hold
   */
  record Upsert(
      String namespace,
      String key,
      @Nullable Value value,
      @Nullable Metadata metadata,
      List<Embedding> embeddings,
      Expiry expiry,
      WriteCondition condition)
      implements Write {
    /** Copies the list. */
    public Upsert {
      requireNonNull(namespace, "namespace");
      requireNonNull(key, "key");
      requireNonNull(embeddings, "embeddings");
      requireNonNull(expiry, "expiry");
      requireNonNull(condition, "condition");
      embeddings = List.copyOf(embeddings);
    }
  }

  /**
   * Removes a record with all its parts. Of an absent record: no effect, though the commit still
   * gets a version.
   *
   * @param namespace the namespace
   * @param key the key
   * @param condition what must hold
   */
  record Delete(String namespace, String key, WriteCondition condition) implements Write {
    /** Refuses null. */
    public Delete {
      requireNonNull(namespace, "namespace");
      requireNonNull(key, "key");
      requireNonNull(condition, "condition");
    }
  }

  /**
   * Sets the options of a namespace, creating it when there is none.
   *
   * @param namespace the namespace
   * @param options the new options, whole
   */
  record Configure(String namespace, NamespaceOptions options) implements Write {
    /** Refuses null. */
    public Configure {
      requireNonNull(namespace, "namespace");
      requireNonNull(options, "options");
    }
  }

  /**
   * Deletes a namespace with all its records. As-of reads before this commit still see them.
   *
   * @param namespace the namespace
   */
  record DeleteNamespace(String namespace) implements Write {
    /** Refuses null. */
    public DeleteNamespace {
      requireNonNull(namespace, "namespace");
    }
  }

  /** What a write does to the expiry of a record. */
  sealed interface Expiry {
    /**
     * A write that names a value sets the namespace's default time to live, if there is one; other
     * writes change nothing.
     */
    enum Unchanged implements Expiry {
      /** The only instance. */
      UNCHANGED
    }

    /** The record never expires. */
    enum Never implements Expiry {
      /** The only instance. */
      NEVER
    }

    /**
     * The record expires at this instant.
     *
     * @param instant from this instant on the record is absent
     */
    record At(Instant instant) implements Expiry {
      /** Refuses null. */
      public At {
        requireNonNull(instant, "instant");
      }
    }

    /**
     * The record expires this long after the commit's time.
     *
     * @param duration more than zero
     */
    record After(Duration duration) implements Expiry {
      /** Refuses null. */
      public After {
        requireNonNull(duration, "duration");
      }
    }
  }
}
