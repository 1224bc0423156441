package dev.nacre.runtime;

import dev.nacre.model.Page;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.VersionedRecord;
import dev.nacre.store.Pin;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The records of a range, all at the read point of the first page. */
final class ScanSource implements PageSource<VersionedRecord, Page<VersionedRecord>> {
  private final Function<ScanRequest, CompletableFuture<Page<VersionedRecord>>> pages;
  private final Function<ReadPoint, @Nullable Pin> pins;
  private ScanRequest request;
  private @Nullable Pin pin;

  /**
   * A scan.
   *
   * @param pages reads a page
   * @param pins holds a read point, or answers null when somebody else does
   */
  ScanSource(
      Function<ScanRequest, CompletableFuture<Page<VersionedRecord>>> pages,
      Function<ReadPoint, @Nullable Pin> pins,
      ScanRequest request) {
    this.pages = pages;
    this.pins = pins;
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
    if (pin == null) {
      // The pages to come are of the same moment.
      pin = pins.apply(page.readPoint());
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
    Pin held = pin;
    if (held != null) {
      held.close();
      pin = null;
    }
  }
}
