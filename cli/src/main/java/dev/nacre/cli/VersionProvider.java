package dev.nacre.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version, as the build wrote it beside this class. */
final class VersionProvider implements IVersionProvider {
  VersionProvider() {}

  @Override
  public String[] getVersion() throws IOException {
    Properties build = new Properties();
    try (InputStream stream = VersionProvider.class.getResourceAsStream("build.properties")) {
      if (stream != null) {
        build.load(stream);
      }
    }
    return new String[] {
      "nacre " + build.getProperty("version", "(version unknown)"),
      "Java " + Runtime.version() + ", " + System.getProperty("java.vm.name"),
      System.getProperty("os.name") + " " + System.getProperty("os.arch")
    };
  }
}
