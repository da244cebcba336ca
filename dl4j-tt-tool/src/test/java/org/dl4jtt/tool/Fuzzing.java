package org.dl4jtt.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Changed files of every kind, by {@code mvn -Pfuzz -pl dl4j-tt-tool -am test -Dfuzz.runs=10000}.
 * Input {@code i} of a kind follows from seed and {@code i} alone. What fails is kept in {@code
 * target/fuzz/failed}; the input at hand is in {@code target/fuzz/current}, should the JVM die of
 * it.
 */
class Fuzzing {
  private static final Path FOLDER = Path.of("target", "fuzz").toAbsolutePath();

  @Test
  void changedFiles_areUsedOrRefusedInOneLine() throws IOException {
    int runs = Integer.getInteger("fuzz.runs", 1000);
    long seed = Long.getLong("fuzz.seed", System.nanoTime());
    String kinds = System.getProperty("fuzz.kinds", ".*");
    System.out.printf(Locale.ROOT, "fuzz.seed=%d, %d inputs of each kind%n", seed, runs);
    FuzzSeeds.delete(FOLDER);
    Path seeds = FOLDER.resolve("seeds");
    FuzzSeeds.write(seeds);
    FuzzOracle oracle = new FuzzOracle(seeds, FOLDER.resolve("work"));
    List<String> failures = new ArrayList<>();
    Map<FuzzKind, Integer> done = new EnumMap<>(FuzzKind.class);
    List<FuzzKind> chosen =
        Arrays.stream(FuzzKind.values()).filter(kind -> kind.name().matches(kinds)).toList();
    for (FuzzKind kind : chosen) {
      byte[] right = Files.readAllBytes(kind.seed(seeds));
      assertThat(oracle.judge(kind, right)).as("the file before it is changed").isEmpty();
      for (int i = 0; i < runs; i++) {
        SplittableRandom random = new SplittableRandom(seed + 0x9E3779B97F4A7C15L * i);
        byte[] content = kind.changed(right, random);
        Files.write(FOLDER.resolve("current"), content);
        Optional<String> wrong = oracle.judge(kind, content);
        if (wrong.isPresent()) {
          failures.add(kind + " " + i + ": " + wrong.get());
          Path kept = FOLDER.resolve("failed").resolve(kind.name() + "-" + i);
          Files.createDirectories(kept.getParent());
          Files.write(kept, content);
        }
      }
      done.put(kind, runs);
      System.out.printf(
          Locale.ROOT, "%s: %d inputs, longest %.2f s%n", kind, runs, oracle.longestSeconds());
    }
    failures.forEach(System.out::println);
    System.out.printf(
        Locale.ROOT,
        "%d inputs, %d wrong, longest %.2f s%n",
        done.values().stream().mapToInt(n -> n).sum(),
        failures.size(),
        oracle.longestSeconds());
    assertThat(failures).isEmpty();
  }
}
