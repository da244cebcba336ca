package org.dl4jtt.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Whether ND4J runs where the workers run. Asked before anything else: without its natives Spark
 * fails with messages that say nothing of them, such as "unread block data".
 */
final class Natives {
  private Natives() {}

  /** Asks as many tasks as there are workers; what they return needs no ND4J. */
  static void checkExecutors(JavaSparkContext sc, int workers) {
    List<Integer> ids = IntStream.range(0, workers).boxed().toList();
    List<String> failures =
        sc.parallelize(ids, workers).map(id -> failure()).collect().stream()
            .filter(failure -> !failure.isEmpty())
            .distinct()
            .toList();
    if (!failures.isEmpty()) {
      throw new IllegalStateException(String.join("\n", failures));
    }
  }

  /**
   * The same on this machine.
   *
   * @throws IllegalStateException naming the host, and what is missing
   */
  static void check() {
    String failure = failure();
    if (!failure.isEmpty()) {
      throw new IllegalStateException(failure);
    }
  }

  /** What is wrong on this machine; empty if ND4J runs. */
  private static String failure() {
    return failure(Natives::allocate);
  }

  static String failure(Runnable use) {
    try {
      use.run();
      return "";
    } catch (Exception | LinkageError e) { // NoClassDefFoundError, ExceptionInInitializerError, …
      return String.format(
          Locale.ROOT,
          "ND4J does not run on executor host %s (%s): the natives of nd4j-native for %s/%s are"
              + " missing or do not fit; put the jar with that classifier into your application's"
              + " jar, or into spark.jars",
          host(),
          causes(e),
          System.getProperty("os.name"),
          System.getProperty("os.arch"));
    }
  }

  private static void allocate() {
    if (Nd4j.ones(2).sumNumber().intValue() != 2) {
      throw new IllegalStateException("1 + 1 is not 2");
    }
  }

  private static String causes(Throwable e) {
    return IntStream.iterate(0, i -> i < 8, i -> i + 1)
        .mapToObj(i -> cause(e, i))
        .takeWhile(cause -> !cause.isEmpty())
        .collect(Collectors.joining(", by "));
  }

  private static String cause(Throwable e, int depth) {
    Throwable cause = e;
    for (int i = 0; i < depth && cause != null; i++) {
      cause = cause.getCause();
    }
    return cause == null ? "" : cause.toString();
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
