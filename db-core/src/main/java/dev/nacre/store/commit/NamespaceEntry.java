package dev.nacre.store.commit;

import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Namespace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.store.layout.FloorRow;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One incarnation of a namespace, with everything about it that is versioned. Changed by the
 * committer only; read by every thread: each field is replaced, never changed in place, and what is
 * newer than the version read is skipped.
 */
public final class NamespaceEntry {
  /** What {@link #deletedVersion()} answers for a live namespace. */
  public static final long LIVE = Long.MAX_VALUE;

  private final int id;
  private final String name;
  private final long createdVersion;
  private volatile long deletedVersion;
  private volatile FloorRow floors = FloorRow.NONE;
  private volatile long loggedVersion;
  private volatile Versioned<NamespaceOptions>[] options = emptyArray();
  private volatile Versioned<EmbeddingSpace>[] spaces = emptyArray();
  private volatile Purges purges = Purges.NONE;

  NamespaceEntry(int id, String name, long createdVersion, long deletedVersion) {
    this.id = id;
    this.name = name;
    this.createdVersion = createdVersion;
    this.deletedVersion = deletedVersion;
  }

  /** Something with the version from which on it holds. */
  private record Versioned<T>(long from, T item) {}

  /** The id, never used twice. */
  public int id() {
    return id;
  }

  /** The name. */
  public String name() {
    return name;
  }

  /** The version that created it; maybe not visible yet. */
  public long createdVersion() {
    return createdVersion;
  }

  /** The version that deleted it, maybe not visible yet, or {@link #LIVE}. */
  public long deletedVersion() {
    return deletedVersion;
  }

  void setDeletedVersion(long version) {
    deletedVersion = version;
  }

  /**
   * What was dropped of it. Raised before anything goes: who has read something looks here
   * afterwards, so that nothing is missed in silence.
   */
  public FloorRow floors() {
    return floors;
  }

  /** The same when no sweeper is about to take back what it has just raised. */
  public synchronized FloorRow settledFloors() {
    return floors;
  }

  /** Sets the floors; for opening, and to take back what was raised in vain. */
  public void setFloors(FloorRow stated) {
    floors = stated;
  }

  /**
   * Raises the floors unless somebody holds a version below them; for the sweeper.
   *
   * @param oldestHeld asked after the floors are raised, so that whoever holds a version later
   *     meets them at his first read
   * @return whether they were raised
   */
  public synchronized boolean raiseFloors(FloorRow raised, LongSupplier oldestHeld) {
    FloorRow before = floors;
    floors = raised;
    long held = oldestHeld.getAsLong();
    boolean frees =
        raised.history() <= Math.max(held, before.history())
            && raised.log() - 1 <= Math.max(held, before.log() - 1);
    if (!frees) {
      floors = before;
    }
    return frees;
  }

  /** Whether all its rows were dropped, after it was deleted. */
  public boolean isDropped() {
    return deletedVersion != LIVE && floors.history() >= deletedVersion;
  }

  /**
   * The last version by which a record of it was changed since opening, visible or not, maybe
   * refused; 0 when there was none.
   */
  public long loggedVersion() {
    return loggedVersion;
  }

  void setLoggedVersion(long version) {
    loggedVersion = version;
  }

  /** Whether it exists as of a version. */
  public boolean isLive(long version) {
    return createdVersion <= version && version < deletedVersion;
  }

  /** The options as of a version. */
  public NamespaceOptions options(long version) {
    Versioned<NamespaceOptions>[] all = options;
    for (int i = all.length - 1; i >= 0; i--) {
      if (all[i].from <= version) {
        return all[i].item;
      }
    }
    return NamespaceOptions.DEFAULT;
  }

  void addOptions(long from, NamespaceOptions added) {
    options = appended(options, new Versioned<>(from, added));
  }

  void removeLastOptions() {
    options = Arrays.copyOf(options, options.length - 1);
  }

  /** The id of a space as of a version, 0 when there is none; ids count from 1. */
  public int spaceId(String space, long version) {
    Versioned<EmbeddingSpace>[] all = spaces;
    for (int i = 0; i < all.length; i++) {
      if (all[i].item.name().equals(space)) {
        return all[i].from <= version ? i + 1 : 0;
      }
    }
    return 0;
  }

  /** The space of an id. */
  public EmbeddingSpace space(int spaceId) {
    return spaces[spaceId - 1].item;
  }

  /** The space of that name, whenever it was fixed, or null. */
  @Nullable EmbeddingSpace findSpace(String space) {
    int id = spaceId(space, Long.MAX_VALUE);
    return id == 0 ? null : space(id);
  }

  /** How many spaces are fixed. */
  int spaceCount() {
    return spaces.length;
  }

  /** Adds a space; its id. */
  int addSpace(long from, EmbeddingSpace space) {
    spaces = appended(spaces, new Versioned<>(from, space));
    return spaces.length;
  }

  void removeLastSpace() {
    spaces = Arrays.copyOf(spaces, spaces.length - 1);
  }

  /** What has been purged from it; to be taken before rows are looked up. */
  public Purges purges() {
    return purges;
  }

  /** A purge begins: of a commit that may still be taken back, or of one that an opening finds. */
  synchronized void addPurge(Purging purging) {
    purges = purges.with(purging);
  }

  /** Its commit was taken back. */
  synchronized void removePurge(Purging purging) {
    purges = purges.without(purging);
  }

  /** The rows of a purge are gone, and the visible version is {@code visible}. */
  public synchronized void erased(Purging purging, long visible) {
    purges = purges.without(purging).withErased(purging.version(), visible);
  }

  /** A purge that was done before the store was opened. */
  synchronized void erased(long version) {
    purges = purges.withErased(version, 0);
  }

  /** The public description as of a version. */
  public Namespace describe(long version) {
    List<EmbeddingSpace> fixed =
        Arrays.stream(spaces).filter(space -> space.from <= version).map(Versioned::item).toList();
    return new Namespace(name, id, createdVersion, options(version), fixed);
  }

  @SuppressWarnings("unchecked") // Arrays of generics; only Versioned<T> is ever stored.
  private static <T> Versioned<T>[] emptyArray() {
    return (Versioned<T>[]) new Versioned<?>[0];
  }

  private static <T> Versioned<T>[] appended(Versioned<T>[] array, Versioned<T> last) {
    Versioned<T>[] longer = Arrays.copyOf(array, array.length + 1);
    longer[array.length] = last;
    return longer;
  }
}
