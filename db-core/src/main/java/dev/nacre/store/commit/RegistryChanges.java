package dev.nacre.store.commit;

import dev.nacre.error.ValidationException;
import dev.nacre.maintain.ErasedRows;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Limits;
import dev.nacre.model.Write;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.PurgeRow;
import dev.nacre.store.layout.RegistryRows;
import dev.nacre.store.layout.RegistryRows.NamespaceRow;
import dev.nacre.store.layout.RegistryRows.SpaceRow;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.GroupBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a group changes about namespaces, in the registry and in the rows that keep it.
 *
 * <p>The registry is changed ahead of the write, under versions that nobody can read yet. When the
 * group is not written these versions are given again, so every step can be taken back: those of
 * one commit or all of the group's. For the committer thread.
 */
final class RegistryChanges {
  private final NamespaceRegistry registry;
  private final GroupBatch batch;

  /** How to take back the steps of the group, oldest first. */
  private final List<Runnable> undo = new ArrayList<>();

  /** The purges of the group. */
  private final List<Purging> purges = new ArrayList<>();

  RegistryChanges(NamespaceRegistry registry, GroupBatch batch) {
    this.registry = registry;
    this.batch = batch;
  }

  /** The namespace of that name as of a version, or null. */
  @Nullable NamespaceEntry find(String name, long version) {
    return registry.find(name, version);
  }

  /** Whether a namespace of that name has ended after a version. */
  boolean hasEndedSince(String name, long version) {
    return registry.hasEndedSince(name, version);
  }

  /** The namespace of that name, made now when there is none. */
  NamespaceEntry findOrCreate(String name, long version) {
    NamespaceEntry found = registry.find(name, version);
    if (found != null) {
      return found;
    }
    NamespaceEntry created = registry.create(name, version);
    undo.add(() -> registry.remove(created));
    put(created);
    return created;
  }

  /** Sets the options of a namespace and fixes the spaces they declare. */
  NamespaceEntry configure(Write.Configure configure, long version) {
    NamespaceEntry namespace = findOrCreate(configure.namespace(), version);
    for (EmbeddingSpace space : configure.options().spaces()) {
      int _ = spaceId(namespace, space, version);
    }
    namespace.addOptions(version, configure.options());
    undo.add(namespace::removeLastOptions);
    batch.put(
        ColumnFamily.META,
        Keys.options(namespace.id(), version),
        RegistryRows.encode(configure.options()));
    return namespace;
  }

  /** Ends a namespace; null when there is none of that name. */
  @Nullable NamespaceEntry delete(Write.DeleteNamespace delete, long version) {
    NamespaceEntry namespace = registry.find(delete.namespace(), version);
    if (namespace != null) {
      namespace.setDeletedVersion(version);
      undo.add(() -> namespace.setDeletedVersion(NamespaceEntry.LIVE));
      put(namespace);
    }
    return namespace;
  }

  /**
   * Hides what is purged, in every namespace that ever had the name, and keeps that it has to be
   * erased. The namespaces concerned.
   */
  List<NamespaceEntry> purge(PurgeOrder order, long version, long timeMicros) {
    List<NamespaceEntry> namespaces = registry.incarnations(order.namespace());
    Purging purging = new Purging(version, timeMicros, order.target());
    purges.add(purging);
    undo.add(() -> purges.remove(purging));
    for (NamespaceEntry namespace : namespaces) {
      namespace.addPurge(purging);
      undo.add(() -> namespace.removePurge(purging));
    }
    PurgeRow row =
        new PurgeRow(
            PurgeRow.State.ERASING,
            version,
            timeMicros,
            0,
            namespaces.stream().mapToInt(NamespaceEntry::id).toArray(),
            order.namespace(),
            order.actor(),
            order.reason(),
            ErasedRows.NONE,
            0,
            order.target());
    if (namespaces.isEmpty()) {
      // Nothing is to be erased: the row says what was asked for, without the key.
      row = row.with(PurgeRow.State.DONE, ErasedRows.NONE, 0, timeMicros);
    }
    batch.put(ColumnFamily.META, row.key(), row.encode());
    return namespaces;
  }

  /** The ids of the spaces of embeddings, in their order. */
  int[] spaceIds(NamespaceEntry namespace, List<Embedding> embeddings, long version) {
    int[] ids = new int[embeddings.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = spaceId(namespace, embeddings.get(i).space(), version);
    }
    return ids;
  }

  /** The id of a space, fixed now if it is new. */
  private int spaceId(NamespaceEntry namespace, EmbeddingSpace space, long version) {
    EmbeddingSpace fixed = namespace.findSpace(space.name());
    if (fixed == null) {
      return addSpace(namespace, space, version);
    }
    if (!fixed.equals(space)) {
      throw new ValidationException(
          "embedding space \""
              + space.name()
              + "\" of namespace \""
              + namespace.name()
              + "\" is fixed as "
              + fixed
              + "; the write says "
              + space
              + "; use another space name or namespace",
          Map.of("namespace", namespace.name(), "space", space.name()));
    }
    return namespace.spaceId(space.name(), version);
  }

  private int addSpace(NamespaceEntry namespace, EmbeddingSpace space, long version) {
    if (namespace.spaceCount() >= Limits.SPACES_MAX) {
      throw new ValidationException(
          "namespace \""
              + namespace.name()
              + "\" has "
              + Limits.SPACES_MAX
              + " embedding spaces, the most there may be, and \""
              + space.name()
              + "\" would be one more; use another namespace",
          Map.of(
              "namespace",
              namespace.name(),
              "space",
              space.name(),
              "max",
              Integer.toString(Limits.SPACES_MAX)));
    }
    int id = namespace.addSpace(version, space);
    undo.add(namespace::removeLastSpace);
    batch.put(
        ColumnFamily.META, Keys.space(namespace.id(), id), new SpaceRow(space, version).encode());
    return id;
  }

  private void put(NamespaceEntry namespace) {
    batch.put(
        ColumnFamily.META,
        Keys.namespace(namespace.id()),
        new NamespaceRow(namespace.name(), namespace.createdVersion(), namespace.deletedVersion())
            .encode());
  }

  /** How many steps there are, to return to with {@link #rollbackTo}. */
  int mark() {
    return undo.size();
  }

  /** Takes back every step since the mark. */
  void rollbackTo(int mark) {
    while (undo.size() > mark) {
      undo.removeLast().run();
    }
  }

  /** The group is in RocksDB: nothing can be taken back any more. */
  void written() {
    purges.forEach(Purging::commit);
    purges.clear();
    undo.clear();
  }
}
