package dev.nacre.store;

/**
 * A vector as of a version.
 *
 * @param from the version that wrote it
 * @param vector its components; the caller owns the array
 */
@SuppressWarnings("ArrayRecordComponent") // Internal, never compared.
public record StoredVector(long from, float[] vector) {}
