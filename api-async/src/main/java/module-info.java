/**
 * The product: an asynchronous, versioned database in process. {@link dev.nacre.Database} is where
 * to start.
 */
module dev.nacre {
  requires static transitive org.jspecify;
  requires static transitive com.google.errorprone.annotations;
  requires transitive dev.nacre.core;
  requires transitive dev.nacre.vector;
  requires transitive reactor.core;
  requires org.reactivestreams;
  requires org.slf4j;

  exports dev.nacre;
  exports dev.nacre.embed;
}
