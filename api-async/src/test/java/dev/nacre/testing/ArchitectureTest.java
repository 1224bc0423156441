package dev.nacre.testing;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.nacre.store.StorageProbe;

/** Which package may know which: the map of ARCHITECTURE.md, as rules. */
@AnalyzeClasses(packages = "dev.nacre", importOptions = ArchitectureTest.MainCode.class)
class ArchitectureTest {
  private static final String[] CORE = {
    "dev.nacre.model..",
    "dev.nacre.error..",
    "dev.nacre.filter..",
    "dev.nacre.diff..",
    "dev.nacre.feed..",
    "dev.nacre.maintain..",
    "dev.nacre.measure..",
    "dev.nacre.store..",
    "dev.nacre.view.."
  };
  private static final String[] VECTOR = {
    "dev.nacre.search..", "dev.nacre.vector..", "dev.nacre.similarity.."
  };
  private static final String[] SQL = {"dev.nacre.sql.."};
  private static final String[] API = {
    "dev.nacre", "dev.nacre.embed..", "dev.nacre.metrics..", "dev.nacre.runtime.."
  };

  /** Neither test classes nor the jars of them. */
  static final class MainCode implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("/test-classes/") && !location.contains("-tests.jar");
    }
  }

  @ArchTest
  static final ArchRule CORE_KNOWS_NOTHING_ABOVE =
      noClasses()
          .that()
          .resideInAnyPackage(CORE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(join(join(VECTOR, SQL), API));

  @ArchTest
  static final ArchRule VECTOR_KNOWS_NOTHING_ABOVE =
      noClasses()
          .that()
          .resideInAnyPackage(VECTOR)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(join(SQL, API));

  @ArchTest
  static final ArchRule SQL_KNOWS_NEITHER_VECTOR_NOR_ABOVE =
      noClasses()
          .that()
          .resideInAnyPackage(SQL)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(join(VECTOR, API));

  @ArchTest
  static final ArchRule ARROW_IS_KNOWN_IN_ONE_PACKAGE =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.nacre.sql.arrow..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.arrow..");

  @ArchTest
  static final ArchRule ROCKSDB_IS_KNOWN_IN_ONE_PACKAGE =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.nacre.store.rocks..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.rocksdb..");

  @ArchTest
  static final ArchRule LUCENE_IS_KNOWN_IN_ONE_PACKAGE =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.nacre.vector.graph..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.lucene..");

  @ArchTest
  static final ArchRule REACTOR_IS_KNOWN_IN_THE_API_ONLY =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.nacre", "dev.nacre.runtime..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("reactor..", "org.reactivestreams..");

  @ArchTest
  static final ArchRule RUNTIME_KNOWS_NO_FACE =
      noClasses()
          .that()
          .resideInAPackage("dev.nacre.runtime..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.nacre");

  @ArchTest
  static final ArchRule PUBLIC_DATA_KNOWS_NO_ENGINE =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.nacre.model..",
              "dev.nacre.error..",
              "dev.nacre.filter..",
              "dev.nacre.diff..",
              "dev.nacre.feed..",
              "dev.nacre.maintain..",
              "dev.nacre.search..",
              "dev.nacre.embed..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.nacre.store..", "dev.nacre.vector..", "dev.nacre.runtime..", "dev.nacre.view..");

  /**
   * Whoever writes calls the probe that the store's options carry; it knows no more of the store.
   */
  @ArchTest
  static final ArchRule PACKAGES_HAVE_NO_CYCLES =
      slices()
          .matching("dev.nacre.(**)")
          .should()
          .beFreeOfCycles()
          .ignoreDependency(
              resideInAnyPackage(
                  "dev.nacre.store.commit", "dev.nacre.store.sweep", "dev.nacre.store.purge"),
              belongToAnyOf(StorageProbe.class));

  private static String[] join(String[] one, String[] other) {
    String[] all = java.util.Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, all, one.length, other.length);
    return all;
  }
}
