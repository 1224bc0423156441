/** The nacre command. */
module dev.nacre.cli {
  requires static org.jspecify;
  requires static com.google.errorprone.annotations;
  requires ch.qos.logback.classic;
  requires com.fasterxml.jackson.databind;
  requires dev.nacre;
  requires dev.nacre.rag;
  requires info.picocli;
  requires org.jline.reader;
  requires org.jline.terminal;
  requires org.slf4j;

  opens dev.nacre.cli to
      info.picocli;
}
