/** Similarity search of Nacre: exact and graph tiers, as views of the log. */
@SuppressWarnings("module") // The modules named in qualified exports are built after this one.
module dev.nacre.vector {
  requires static transitive org.jspecify;
  requires static transitive com.google.errorprone.annotations;
  requires transitive dev.nacre.core;
  requires static jdk.incubator.vector;
  requires org.apache.lucene.core;
  requires org.slf4j;

  exports dev.nacre.search;
  exports dev.nacre.vector to
      dev.nacre,
      dev.nacre.bench;
}
