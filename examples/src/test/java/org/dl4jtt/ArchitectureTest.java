package org.dl4jtt;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;

/** The arrows between the packages go one way. */
@AnalyzeClasses(packages = "org.dl4jtt", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  /** Each package may use those before it, never one after it. */
  private static final List<String> ORDER =
      List.of(
          "org.dl4jtt.internal..",
          "org.dl4jtt.tensor",
          "org.dl4jtt.contraction",
          "org.dl4jtt.layers",
          "org.dl4jtt.layers.convert",
          "org.dl4jtt.constraint",
          "org.dl4jtt.calibrate",
          "org.dl4jtt.plan",
          "org.dl4jtt.surgery",
          "org.dl4jtt.admm",
          "org.dl4jtt.compress",
          "org.dl4jtt.spark",
          "org.dl4jtt.tool..",
          "org.dl4jtt.examples..",
          "org.dl4jtt.benchmarks");

  @ArchTest
  static void arrowsGoOneWay(JavaClasses classes) {
    for (int k = 0; k < ORDER.size() - 1; k++) {
      noClasses()
          .that()
          .resideInAPackage(ORDER.get(k))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(ORDER.subList(k + 1, ORDER.size()).toArray(String[]::new))
          .allowEmptyShould(true)
          .check(classes);
    }
  }

  @ArchTest
  static final ArchRule acceleration_knowsConvolutionsAndNoTensorLayers =
      noClasses()
          .that()
          .resideInAPackage("org.dl4jtt.accelerate")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              ORDER
                  .subList(ORDER.indexOf("org.dl4jtt.layers"), ORDER.size())
                  .toArray(String[]::new))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule tensors_knowNoNetworks =
      noClasses()
          .that()
          .resideInAnyPackage(
              "org.dl4jtt.internal..", "org.dl4jtt.tensor", "org.dl4jtt.contraction")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.deeplearning4j..");

  @ArchTest
  static final ArchRule sparkAndTheTool_doNotKnowEachOther =
      noClasses()
          .that()
          .resideInAPackage("org.dl4jtt.tool..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.dl4jtt.spark");

  @ArchTest
  static final ArchRule onlySpark_knowsSpark =
      noClasses()
          .that()
          .resideOutsideOfPackages("org.dl4jtt.spark", "org.dl4jtt.examples..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.spark..");

  @ArchTest
  static final ArchRule onlyItsOwnPackage_knowsOneDnn =
      noClasses()
          .that()
          .resideOutsideOfPackages("org.dl4jtt.internal.onednn", "org.dl4jtt.benchmarks")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.bytedeco.dnnl..");

  @ArchTest
  static final ArchRule libraries_bringNoBackendAlong =
      noClasses()
          .that()
          .resideOutsideOfPackages("org.dl4jtt.benchmarks")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.nd4j.linalg.cpu..", "org.nd4j.linalg.jcublas..");
}
