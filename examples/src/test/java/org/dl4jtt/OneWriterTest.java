package org.dl4jtt;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.File;
import java.io.FileOutputStream;
import java.io.FileWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.lang.reflect.Method;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;

/** Everything is written by {@code org.dl4jtt.internal.files}. */
@AnalyzeClasses(packages = "org.dl4jtt", importOptions = DoNotIncludeTests.class)
class OneWriterTest {
  /** What makes, fills or renames files, whatever it is given. */
  private static final Map<Class<?>, Set<String>> WRITERS =
      Map.of(
          Files.class,
          Set.of(
              "write",
              "writeString",
              "newOutputStream",
              "newBufferedWriter",
              "newByteChannel",
              "copy",
              "move",
              "createFile",
              "createTempFile"),
          FileChannel.class,
          Set.of("open"),
          AsynchronousFileChannel.class,
          Set.of("open"),
          File.class,
          Set.of("createNewFile", "createTempFile", "renameTo"),
          MultiLayerNetwork.class,
          Set.of("save"),
          ComputationGraph.class,
          Set.of("save"));

  /** What writes into files by constructors. */
  private static final Set<Class<?>> STREAMS =
      Set.of(FileOutputStream.class, FileWriter.class, RandomAccessFile.class);

  /** What writes into files if it is given one, or its name. */
  private static final Map<String, Set<String>> WRITERS_OF_NAMES =
      Map.of(
          PrintStream.class.getName(),
          Set.of("<init>"),
          PrintWriter.class.getName(),
          Set.of("<init>"),
          ModelSerializer.class.getName(),
          Set.of("writeModel", "addNormalizerToModel", "addObjectToFile"),
          "org.nd4j.linalg.factory.Nd4j",
          Set.of("saveBinary", "writeTxt", "writeNumpy"),
          "com.fasterxml.jackson.databind.ObjectMapper",
          Set.of("writeValue"),
          "com.fasterxml.jackson.databind.ObjectWriter",
          Set.of("writeValue"),
          "org.nd4j.shade.jackson.databind.ObjectMapper",
          Set.of("writeValue"),
          "javax.imageio.ImageIO",
          Set.of("write"),
          "org.knowm.xchart.BitmapEncoder",
          Set.of("saveBitmap", "saveBitmapWithDPI"));

  /** Classes that write otherwise, each with its reason. */
  private static final Set<String> EXCEPTIONS =
      Set.of(
          // locks a file, which stays empty
          "org.dl4jtt.compress.RunLock",
          // copies what it reads into the system's folder for that
          "org.dl4jtt.spark.FileShard",
          // tells the kernel to count anew
          "org.dl4jtt.examples.ResidentMemory",
          // runs where there is nothing of ours, or only the layers
          "org.dl4jtt.examples.proof.RestoredModel",
          // show DL4J's own way to save a network
          "org.dl4jtt.examples.WalkCompress",
          "org.dl4jtt.examples.SparkFashionMnist",
          // writes thousands of small files that a command makes anew: no force for each
          "org.dl4jtt.examples.RecurrentSamples");

  private static final DescribedPredicate<JavaAccess<?>> WRITES =
      DescribedPredicate.describe(
          "write files past org.dl4jtt.internal.files", OneWriterTest::writes);

  @ArchTest
  static final ArchRule filesAreWritten_byOneWriter =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.dl4jtt.internal.files")
          .and(
              DescribedPredicate.describe(
                  "are no exception", c -> !EXCEPTIONS.contains(outermost(c).getName())))
          .should()
          .accessTargetWhere(WRITES);

  @Test
  void everyException_isAClassThatIsThere() throws ClassNotFoundException {
    for (String name : EXCEPTIONS) {
      Class.forName(name);
    }
  }

  /** What the rule is to find. */
  private static final class Careless {
    void writes(Path file) throws IOException {
      Files.writeString(file, "");
    }

    Object opens(Path file) throws IOException {
      return new FileOutputStream(file.toFile());
    }

    Object prints(Path file) throws IOException {
      return new PrintWriter(file.toFile(), StandardCharsets.UTF_8);
    }

    void saves(MultiLayerNetwork network, Path file) throws IOException {
      ModelSerializer.writeModel(network, file.toFile(), true);
    }

    Object channel(Path file) throws IOException {
      return FileChannel.open(file);
    }
  }

  @Test
  void rule_findsEachOfThem() {
    List<String> found =
        filesAreWritten_byOneWriter
            .evaluate(new ClassFileImporter().importClasses(Careless.class))
            .getFailureReport()
            .getDetails();
    for (Method method : Careless.class.getDeclaredMethods()) {
      assertThat(found)
          .anyMatch(line -> method.isSynthetic() || line.contains("." + method.getName() + "("));
    }
  }

  private static JavaClass outermost(JavaClass c) {
    return c.getEnclosingClass().map(OneWriterTest::outermost).orElse(c);
  }

  private static boolean writes(JavaAccess<?> access) {
    String owner = access.getTargetOwner().getName();
    String name = access.getName();
    if (STREAMS.stream().anyMatch(c -> c.getName().equals(owner)) && name.equals("<init>")) {
      return true;
    }
    for (Map.Entry<Class<?>, Set<String>> writer : WRITERS.entrySet()) {
      if (writer.getKey().getName().equals(owner) && writer.getValue().contains(name)) {
        return !toStream(access);
      }
    }
    return WRITERS_OF_NAMES.getOrDefault(owner, Set.of()).contains(name) && takesAFile(access);
  }

  private static List<String> parameters(JavaAccess<?> access) {
    return access instanceof JavaCodeUnitAccess<?> call
        ? call.getTarget().getRawParameterTypes().stream().map(JavaClass::getName).toList()
        : List.of();
  }

  /** {@code Files.copy(path, stream)} reads. */
  private static boolean toStream(JavaAccess<?> access) {
    return parameters(access).contains("java.io.OutputStream");
  }

  private static boolean takesAFile(JavaAccess<?> access) {
    return parameters(access).stream()
        .anyMatch(
            type ->
                type.equals(File.class.getName())
                    || type.equals(Path.class.getName())
                    || type.equals(String.class.getName()) && !hasStream(access));
  }

  private static boolean hasStream(JavaAccess<?> access) {
    return parameters(access).stream()
        .anyMatch(type -> type.endsWith("Stream") || type.endsWith("Writer"));
  }
}
