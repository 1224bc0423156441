package dev.nacre;

import dev.nacre.model.WriteBatch;

/**
 * Commits a batch.
 *
 * @param batch the writes; its own attributes win over those of the options
 * @param options how the commit is made
 */
public record BatchRequest(WriteBatch batch, WriteOptions options) {}
