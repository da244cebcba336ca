package org.dl4jtt.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.dl4jtt.internal.onednn.OneDnn;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** oneDNN is optional: whoever leaves it out, in whatever way, has the same network. */
class WithoutOneDnnTest {
  private static final String MISSING = "oneDNN (org.bytedeco:dnnl) is not on the class path";

  @TempDir private static Path temp;
  private static float[] expected;

  @BeforeAll
  static void here() {
    expected = SmallNetwork.trainedPredictions();
  }

  @Test
  void thisBuild_hasIt() {
    assumeTrue(
        Loader.getPlatform().equals("linux-x86_64"),
        "tested on linux-x86_64, this is " + Loader.getPlatform());
    assertThat(OneDnn.isAvailable()).isTrue();
  }

  @Test
  void switchedOff_theSameNumbers_andNoWordAboutIt() throws Exception {
    assertThat(runWithout(Pattern.compile("none"), "-D" + OneDnn.PROPERTY + "=false"))
        .doesNotContain(MISSING);
  }

  @Test
  void withoutItsClasses_theSameNumbers() throws Exception {
    assertThat(runWithout(Pattern.compile("(dnnl|opencl)-\\d.*\\.jar"))).contains(MISSING);
  }

  @Test
  void withoutItsNatives_theSameNumbers() throws Exception {
    assertThat(runWithout(Pattern.compile("(dnnl|opencl)-\\d.*-x86_64\\.jar"))).contains(MISSING);
  }

  @Test
  void withoutTheNativesOfOpenCl_theSameNumbers() throws Exception {
    assertThat(runWithout(Pattern.compile("opencl-\\d.*-x86_64\\.jar"))).contains(MISSING);
  }

  /** Runs {@link SmallNetwork} in a JVM of its own and compares; returns what that JVM said. */
  private static String runWithout(Pattern jar, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", classPathWithout(jar), SmallNetwork.class.getName()));
    Path log = Files.createTempFile(temp, "jvm", ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("OMP_WAIT_POLICY", "passive");
    Process process = builder.start();
    boolean ended = process.waitFor(3, TimeUnit.MINUTES);
    if (!ended) {
      process.destroyForcibly().waitFor();
    }
    String text = Files.readString(log);
    assertThat(ended).as("ended within 3 minutes:%n%s", text).isTrue();
    assertThat(process.exitValue()).as(text).isZero();

    List<String> lines = text.lines().toList();
    String[] numbers = lines.get(lines.size() - 1).split("[^-\\w.]+");
    assertThat(numbers).as(text).hasSize(expected.length + 2).startsWith("oneDNN", "false");
    for (int i = 0; i < expected.length; i++) {
      assertThat(Float.parseFloat(numbers[i + 2]))
          .as("probability %d of:%n%s", i, text)
          .isCloseTo(expected[i], within(1e-5f)); // rounding of floats, carried through 3 steps
    }
    return text;
  }

  private static String classPathWithout(Pattern jar) {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !jar.matcher(Path.of(entry).getFileName().toString()).matches())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
