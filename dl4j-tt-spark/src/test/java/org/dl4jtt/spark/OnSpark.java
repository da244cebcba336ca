package org.dl4jtt.spark;

import java.nio.file.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A test of two workers in this JVM. */
abstract class OnSpark {
  static JavaSparkContext sc;

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    sc = Sparks.local("local[2]");
  }

  @AfterAll
  static void stop() {
    sc.close();
  }
}
