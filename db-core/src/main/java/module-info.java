/** The versioned store of Nacre: records, their history and the commit log, on RocksDB. */
@SuppressWarnings("module") // The modules named in qualified exports are built after this one.
module dev.nacre.core {
  requires static transitive org.jspecify;
  requires static transitive com.google.errorprone.annotations;
  requires transitive com.fasterxml.jackson.databind;
  requires jdk.jfr;
  requires org.slf4j;
  requires rocksdbjni;

  exports dev.nacre.diff;
  exports dev.nacre.error;
  exports dev.nacre.feed;
  exports dev.nacre.filter;
  exports dev.nacre.maintain;
  exports dev.nacre.measure to
      dev.nacre;
  exports dev.nacre.model;
  exports dev.nacre.store to
      dev.nacre.vector,
      dev.nacre.sql,
      dev.nacre,
      dev.nacre.bench;
  exports dev.nacre.store.maintain to
      dev.nacre.sql,
      dev.nacre;
  exports dev.nacre.store.salvage to
      dev.nacre;
  exports dev.nacre.store.verify to
      dev.nacre.sql,
      dev.nacre;
  exports dev.nacre.view to
      dev.nacre.vector,
      dev.nacre;
}
