package dev.nacre.testing;

import dev.nacre.Database;

/**
 * What every {@link Database} does, in process or remote, on disk or in memory. An implementation's
 * test says how one is opened.
 */
public interface DatabaseContract
    extends RecordContract, SearchContract, ScanContract, AdministrationContract {}
