package com.intel.dra.example;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The kit can be lifted out: what the example uses of it, and what the kit itself uses. */
final class KitWallsTest {

  private static final String KIT = "com.intel.dra.kit..";
  private static final String EXAMPLE = "com.intel.dra.example..";

  private KitWallsTest() {}

  @AnalyzeClasses(packages = "com.intel.dra.example")
  static final class OfTheExample {

    private OfTheExample() {}

    @ArchTest
    static final ArchRule theKitIsEnoughForADriver =
        noClasses()
            .should()
            .dependOnClassesThat(
                resideInAPackage("com.intel.dra..").and(not(resideInAnyPackage(KIT, EXAMPLE))))
            .because("another driver has nothing but the kit");

    @ArchTest
    static final ArchRule noFrameworkIsNeeded =
        classes()
            .that()
            .haveSimpleNameStartingWith("Example")
            .and()
            .haveSimpleNameNotEndingWith("Test")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "java..", "io.fabric8..", "org.jboss.logging..", "org.jspecify..", KIT, EXAMPLE)
            .because("a driver is made with new, and needs no framework");
  }

  @AnalyzeClasses(
      packages = "com.intel.dra.kit",
      importOptions = ImportOption.DoNotIncludeTests.class)
  static final class OfTheKit {

    private OfTheKit() {}

    @ArchTest
    static final ArchRule itUsesTheLibrariesThatItsPageNames =
        classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                KIT,
                "java..",
                "com.fasterxml.jackson..",
                "com.google.common..",
                "com.google.protobuf..",
                "io.fabric8.kubernetes..",
                "io.grpc..",
                "io.netty..",
                "io.quarkus.arc..",
                "io.quarkus.grpc..",
                "io.smallrye.mutiny..",
                "jakarta..",
                "org.jboss.logging..",
                "org.jspecify..")
            .because("docs/develop/kit.md lists them for other drivers");
  }
}
