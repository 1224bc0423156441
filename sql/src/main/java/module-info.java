/** Nacre's records as Arrow tables. */
@SuppressWarnings("module") // The module named in the qualified export is built after this one.
module dev.nacre.sql {
  requires static transitive org.jspecify;
  requires static transitive com.google.errorprone.annotations;
  requires transitive dev.nacre.core;
  requires org.apache.arrow.memory.core;
  requires org.apache.arrow.vector;

  exports dev.nacre.sql.arrow to
      dev.nacre;
}
