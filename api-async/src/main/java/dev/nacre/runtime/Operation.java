package dev.nacre.runtime;

import dev.nacre.DatabaseStats;
import dev.nacre.EmbedRequest;
import dev.nacre.GetAllRequest;
import dev.nacre.GetRequest;
import dev.nacre.WriteOptions;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Namespace;
import dev.nacre.model.Page;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import java.util.List;
import java.util.Optional;

/**
 * Everything a database can be asked, as plain data: what a bridge or a server sends through.
 *
 * @param <R> what it answers
 */
sealed interface Operation<R> {

  /** A commit. */
  record Write(WriteBatch batch, WriteOptions options) implements Operation<Commit> {}

  /** A commit of an embedding, which may have to be made first. */
  record Embed(EmbedRequest request) implements Operation<Commit> {}

  /** One record. */
  record Get(GetRequest request) implements Operation<Optional<VersionedRecord>> {}

  /** One record that must be there. */
  record Require(GetRequest request) implements Operation<VersionedRecord> {}

  /** Records of keys. */
  record GetAll(GetAllRequest request) implements Operation<List<Optional<VersionedRecord>>> {}

  /** A page of records. */
  record Scan(ScanRequest request) implements Operation<Page<VersionedRecord>> {}

  /** A page of versions. */
  record History(HistoryRequest request) implements Operation<Page<HistoryEntry>> {}

  /** The namespaces. */
  record Namespaces(AsOf asOf) implements Operation<List<Namespace>> {}

  /** The nearest records. */
  record Similar(SearchRequest request) implements Operation<SearchResult> {}

  /** Figures. */
  record Stats() implements Operation<DatabaseStats> {}
}
