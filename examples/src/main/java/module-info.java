/** One page of Java per task. */
module dev.nacre.examples {
  requires static org.jspecify;
  requires static com.google.errorprone.annotations;
  requires dev.nacre;
  requires dev.nacre.rag;

  exports dev.nacre.examples;
}
