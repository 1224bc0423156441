package dev.nacre.vector.exact;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Gives every key a small number, densely from 0, and keeps its bytes packed: about 20 bytes a key
 * beside its own.
 *
 * <p><b>Threads.</b> One writer, under its owner's lock, looks keys up and adds them. Any thread
 * reads the key of a number that reached it by safe publication after the key was added. Keys are
 * never removed; the owner starts a new table when too many are unused.
 */
public final class KeyTable {
  /** No such key. */
  public static final int NONE = -1;

  private static final int PAGE_BITS = 16;
  private static final int PAGE_BYTES = 1 << PAGE_BITS;

  /** Key bytes; a key never crosses pages. The first page is small until it overflows. */
  private volatile byte[][] pages = {new byte[256]};

  /** Of key i: where it starts, as page number and offset. */
  private volatile int[] starts = new int[16];

  /** Of key i: its length in bytes, 1 to 1024. */
  private volatile short[] lengths = new short[16];

  private int[] hashes = new int[16];
  private int[] slots = new int[32];
  private int size;
  private int page;
  private int pageUsed;

  /** An empty table. */
  public KeyTable() {
    Arrays.fill(slots, NONE);
  }

  /** How many keys there are; for the writer. */
  public int size() {
    return size;
  }

  /** The number of a key, or {@link #NONE}; for the writer. */
  public int find(byte[] key) {
    return slots[slot(key, hash(key))];
  }

  /** The number of a key, which is added when it is not there; for the writer. */
  public int add(byte[] key) {
    int hash = hash(key);
    int slot = slot(key, hash);
    if (slots[slot] != NONE) {
      return slots[slot];
    }
    int id = size;
    if (id == starts.length) {
      int length = id + (id >> 1);
      starts = Arrays.copyOf(starts, length);
      hashes = Arrays.copyOf(hashes, length);
      lengths = Arrays.copyOf(lengths, length);
    }
    starts[id] = place(key);
    lengths[id] = (short) key.length;
    hashes[id] = hash;
    slots[slot] = id;
    size++;
    if (size * 2 > slots.length) {
      rehash();
    }
    return id;
  }

  /** The bytes of a key. */
  public byte[] bytes(int id) {
    int start = starts[id];
    int offset = start & (PAGE_BYTES - 1);
    return Arrays.copyOfRange(pages[start >>> PAGE_BITS], offset, offset + lengths[id]);
  }

  /** A key as text. */
  public String key(int id) {
    int start = starts[id];
    return new String(
        pages[start >>> PAGE_BITS], start & (PAGE_BYTES - 1), lengths[id], StandardCharsets.UTF_8);
  }

  /** Compares two keys bytewise. */
  public int compare(int id1, int id2) {
    int start1 = starts[id1];
    int start2 = starts[id2];
    int offset1 = start1 & (PAGE_BYTES - 1);
    int offset2 = start2 & (PAGE_BYTES - 1);
    return Arrays.compareUnsigned(
        pages[start1 >>> PAGE_BITS],
        offset1,
        offset1 + lengths[id1],
        pages[start2 >>> PAGE_BITS],
        offset2,
        offset2 + lengths[id2]);
  }

  /** Copies the bytes in and returns page number and offset. */
  private int place(byte[] key) {
    byte[] target = pages[page];
    if (pageUsed + key.length > PAGE_BYTES) {
      byte[][] grown = Arrays.copyOf(pages, pages.length + 1);
      page++;
      pageUsed = 0;
      target = new byte[PAGE_BYTES];
      grown[page] = target;
      System.arraycopy(key, 0, target, 0, key.length);
      pages = grown;
    } else if (pageUsed + key.length > target.length) {
      byte[][] grown = pages.clone();
      target = Arrays.copyOf(target, Math.min(PAGE_BYTES, (pageUsed + key.length) * 2));
      grown[page] = target;
      System.arraycopy(key, 0, target, pageUsed, key.length);
      pages = grown;
    } else {
      System.arraycopy(key, 0, target, pageUsed, key.length);
    }
    int start = page << PAGE_BITS | pageUsed;
    pageUsed += key.length;
    return start;
  }

  private int slot(byte[] key, int hash) {
    int mask = slots.length - 1;
    int slot = hash & mask;
    while (slots[slot] != NONE && !same(slots[slot], key, hash)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private boolean same(int id, byte[] key, int hash) {
    if (hashes[id] != hash || lengths[id] != key.length) {
      return false;
    }
    int offset = starts[id] & (PAGE_BYTES - 1);
    return Arrays.equals(
        pages[starts[id] >>> PAGE_BITS], offset, offset + key.length, key, 0, key.length);
  }

  private void rehash() {
    int[] grown = new int[slots.length * 2];
    Arrays.fill(grown, NONE);
    int mask = grown.length - 1;
    for (int id = 0; id < size; id++) {
      int slot = hashes[id] & mask;
      while (grown[slot] != NONE) {
        slot = (slot + 1) & mask;
      }
      grown[slot] = id;
    }
    slots = grown;
  }

  private static int hash(byte[] key) {
    int hash = Arrays.hashCode(key) * 0x9E3779B9;
    return hash ^ hash >>> 15;
  }
}
