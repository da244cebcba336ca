package org.dl4jtt.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Layers of every family are trained on the tool's own class path, in a process without what tests
 * bring along. SameDiff layers once lacked commons-collections4 there alone.
 */
class PackagedJarTest {
  private static final List<String> FAMILIES =
      List.of(
          "dense",
          "tensor",
          "convolution",
          "recurrent",
          "masking",
          "attention",
          "recurrent attention",
          "locally connected",
          "locally connected, one-dimensional",
          "capsules",
          "lambda");

  @TempDir Path temp;

  @Test
  void runtimeClassPath_runsEveryFamily() throws Exception {
    Path list = Path.of("target", "runtime.classpath"); // written before the tests, by maven
    assertFamiliesRun(Path.of("target", "classes") + File.pathSeparator + Files.readString(list));
  }

  @Test
  void packagedJar_runsEveryFamily() throws Exception {
    Path jar = Path.of("target", "dl4j-tt-tool.jar");
    assumeTrue(Files.isRegularFile(jar), jar + " is not packaged; dl4j-tt-tool/tool --help does");
    assertFamiliesRun(jar.toString());
  }

  private void assertFamiliesRun(String classPath) throws IOException, InterruptedException {
    Path out = temp.resolve("out.txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                classPath + File.pathSeparator + Path.of("target", "test-classes"),
                LayerFamilies.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
    String said = Files.readString(out, StandardCharsets.UTF_8);
    assertThat(said.lines().filter(line -> line.startsWith("works: ")))
        .as(said)
        .containsExactlyElementsOf(FAMILIES.stream().map(name -> "works: " + name).toList());
    assertThat(process.exitValue()).isZero();
  }
}
