package org.dl4jtt.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dl4jtt.admm.AdmmListener;
import org.dl4jtt.layers.TTDense;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code examples/consumer} as a stranger builds it: in a folder that knows nothing of this
 * project, by a Maven process of its own, against our poms and jars in a repository folder. The
 * jars are packed here from the compiled classes, so that {@code mvn test} suffices.
 */
class ConsumerTest {
  private static final Path ROOT = Path.of(System.getProperty("dl4jtt.testdata")).getParent();
  private static final Pattern VERSION =
      Pattern.compile("<artifactId>dl4j-tt</artifactId>\\s*<version>(.*?)</version>");

  @TempDir private static Path temp;
  private static Path consumer;
  private static String output;

  @BeforeAll
  static void buildAndRun() throws Exception {
    Path repository = temp.resolve("repository");
    linkOthers(repository);
    install(repository, "dl4j-tt", ROOT, null);
    install(repository, "dl4j-tt-layers", ROOT.resolve("dl4j-tt-layers"), TTDense.class);
    install(repository, "dl4j-admm-trainer", ROOT.resolve("dl4j-admm-trainer"), AdmmListener.class);

    consumer = temp.resolve("consumer");
    copy(ROOT.resolve("examples/consumer/pom.xml"), consumer.resolve("pom.xml"));
    copy(ROOT.resolve("examples/consumer/src"), consumer.resolve("src"));
    List<String> maven = new ArrayList<>(List.of(maven(), "-q", "-B", "-ntp", "compile"));
    maven.add("-Dmaven.repo.local=" + repository);
    maven.add("-Dnatives=" + System.getProperty("dl4jtt.natives", "linux-x86_64-onednn"));
    maven.add("-Dmaven.legacyLocalRepo=true"); // what is there is there, wherever it came from
    if ("offline=true".equals(System.getProperty("dl4jtt.maven.mode"))) {
      maven.add("-o");
    }
    process(maven);
    output =
        process(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                consumer.resolve("target/classes") + File.pathSeparator + classPath(),
                "com.example.consumer.Main",
                temp.resolve("net.zip").toString()));
  }

  @Test
  void trainsSavesRestoresAndGoesBackToDense() {
    Matcher lines =
        Pattern.compile(
                "trained: 643 weights, accuracy (\\d\\.\\d+)\\R"
                    + "restored: 643 weights, accuracy (\\d\\.\\d+)\\R"
                    + "dense: 4355 weights, accuracy (\\d\\.\\d+)\\R")
            .matcher(output);
    assertThat(lines.find()).as(output).isTrue();
    assertThat(Double.parseDouble(lines.group(1))).isGreaterThan(0.7); // by chance 0.33; seen: 0.85
    assertThat(lines.group(2)).isEqualTo(lines.group(1));
    assertThat(Double.parseDouble(lines.group(3)))
        // the same function but for rounding: at most a few of 1000 examples on a border
        .isBetween(
            Double.parseDouble(lines.group(1)) - 0.003, Double.parseDouble(lines.group(1)) + 0.003);
  }

  @Test
  void classPath_hasNoLoggingImplementation_andNoneOfTheVersionsThatWereRaised()
      throws IOException {
    assertThat(jars())
        .contains("slf4j-api-1.7.36.jar", "commons-io-2.17.0.jar", "commons-compress-1.27.1.jar")
        .contains("commons-lang3-3.18.0.jar", "commons-codec-1.17.1.jar", "commons-net-3.11.1.jar")
        .contains("threetenbp-1.7.0.jar")
        .noneMatch(jar -> jar.matches("(gson|logback|log4j|slf4j-simple|slf4j-log4j|slf4j-jdk).*"))
        .noneMatch(jar -> jar.matches("(dnnl|opencl|spark).*")) // optional
        .doesNotHaveDuplicates();
  }

  @Test
  void everyJarOnItsClassPath_isInTheListOfDependencies() throws IOException {
    String list = Files.readString(ROOT.resolve("docs/dependencies.md"));
    assertThat(jars())
        .extracting(jar -> jar.replaceFirst("-\\d.*", ""))
        .allSatisfy(artifact -> assertThat(list).contains("`" + artifact + "`"));
  }

  private static List<String> jars() throws IOException {
    return Stream.of(classPath().split(Pattern.quote(File.pathSeparator)))
        .map(path -> Path.of(path).getFileName().toString())
        .toList();
  }

  private static String classPath() throws IOException {
    return Files.readString(consumer.resolve("target/classpath")).strip();
  }

  /** A repository folder that holds what the user's holds, by links, except our own artifacts. */
  private static void linkOthers(Path repository) throws IOException {
    Path users =
        Path.of(
            System.getProperty(
                "dl4jtt.maven.repository", System.getProperty("user.home") + "/.m2/repository"));
    Files.createDirectories(repository.resolve("org/dl4jtt"));
    link(users, repository, "org");
    link(users.resolve("org"), repository.resolve("org"), "dl4jtt");
  }

  private static void link(Path from, Path to, String except) throws IOException {
    try (Stream<Path> entries = Files.list(from)) {
      for (Path entry : entries.toList()) {
        if (!entry.getFileName().toString().equals(except)) {
          Files.createSymbolicLink(to.resolve(entry.getFileName()), entry);
        }
      }
    } catch (UnsupportedOperationException | SecurityException e) {
      abort("no symbolic links here: " + e);
    }
  }

  /**
   * Puts the pom of a module and, of its compiled classes, a jar where {@code mvn install} does.
   */
  private static void install(Path repository, String artifact, Path module, Class<?> inside)
      throws IOException, URISyntaxException {
    Matcher version = VERSION.matcher(Files.readString(ROOT.resolve("pom.xml")));
    assertThat(version.find()).isTrue();
    Path folder = repository.resolve("org/dl4jtt").resolve(artifact).resolve(version.group(1));
    String name = artifact + "-" + version.group(1);
    copy(module.resolve("pom.xml"), folder.resolve(name + ".pom"));
    if (inside != null) {
      Path classes = Path.of(inside.getProtectionDomain().getCodeSource().getLocation().toURI());
      Path jar = folder.resolve(name + ".jar");
      if (Files.isRegularFile(classes)) { // after the phase "package"
        copy(classes, jar);
      } else {
        pack(classes, jar);
      }
    }
  }

  private static void pack(Path folder, Path jar) throws IOException {
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out);
        Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = folder.relativize(file).toString().replace(File.separatorChar, '/');
        entries.putNextEntry(new JarEntry(name));
        Files.copy(file, entries);
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = file.equals(from) ? to : to.resolve(from.relativize(file));
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
  }

  private static String maven() {
    String script = File.separatorChar == '\\' ? "mvn.cmd" : "mvn";
    String home = System.getProperty("dl4jtt.maven.home");
    return home == null ? script : Path.of(home, "bin", script).toString();
  }

  private static String process(List<String> command) throws IOException, InterruptedException {
    Path log = Files.createTempFile(temp, "process", ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(consumer.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("OMP_WAIT_POLICY", "passive");
    // Where the Maven that runs this test has its project.
    builder.environment().keySet().removeAll(List.of("MAVEN_BASEDIR", "MAVEN_PROJECTBASEDIR"));
    Process process = builder.start();
    boolean ended = process.waitFor(5, TimeUnit.MINUTES);
    if (!ended) {
      process.destroyForcibly().waitFor();
    }
    String text = Files.readString(log);
    assertThat(ended).as("%s did not end within 5 minutes:%n%s", command, text).isTrue();
    assertThat(process.exitValue()).as("%s:%n%s", command, text).isZero();
    return text;
  }
}
