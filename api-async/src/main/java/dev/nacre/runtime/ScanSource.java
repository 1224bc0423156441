package dev.nacre.runtime;

import dev.nacre.model.Page;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.VersionedRecord;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** The records of a range, all at the read point of the first page. */
final class ScanSource implements PageSource<VersionedRecord, Page<VersionedRecord>> {
  private final Function<ScanRequest, CompletableFuture<Page<VersionedRecord>>> pages;
  private ScanRequest request;

  ScanSource(
      Function<ScanRequest, CompletableFuture<Page<VersionedRecord>>> pages, ScanRequest request) {
    this.pages = pages;
    this.request = request;
  }

  @Override
  public String operation() {
    return "scan";
  }

  @Override
  public CompletableFuture<Page<VersionedRecord>> read() {
    return pages.apply(request);
  }

  @Override
  public Part<VersionedRecord> take(Page<VersionedRecord> page) {
    if (page.cursor() == null) {
      return new Part<>(page.items(), End.LAST);
    }
    request = request.withCursor(page.cursor());
    return new Part<>(page.items(), End.MORE);
  }

  @Override
  public void discard(Page<VersionedRecord> page) {
    // A page holds nothing.
  }

  @Override
  public void await(Runnable wake) {
    throw new IllegalStateException("a scan does not wait");
  }

  @Override
  public void close() {
    // Between pages a scan holds nothing.
  }
}
