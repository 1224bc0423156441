/** Nacre for applications: {@code dev.nacre.Database} is the entry. */
module dev.nacre {
  requires static transitive org.jspecify;
  requires static transitive com.google.errorprone.annotations;
  requires transitive dev.nacre.core;
  requires transitive dev.nacre.vector;
  requires dev.nacre.sql;
  requires transitive org.reactivestreams;
  requires transitive reactor.core;
  requires static micrometer.core;
  requires jdk.jfr;
  requires org.slf4j;

  exports dev.nacre;
  exports dev.nacre.embed;
  exports dev.nacre.metrics;
}
