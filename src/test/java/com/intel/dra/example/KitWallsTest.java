package com.intel.dra.example;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The example uses of this project nothing but the kit, and no framework. */
@AnalyzeClasses(packages = "com.intel.dra.example")
class KitWallsTest {

  private static final String KIT = "com.intel.dra.kit..";
  private static final String EXAMPLE = "com.intel.dra.example..";

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
          .haveNameMatching(".*\\.Example(Driver|Devices|Preparer)(\\$.*)?")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..", "io.fabric8..", "org.jboss.logging..", "org.jspecify..", KIT, EXAMPLE)
          .because("a driver is made with new");
}
