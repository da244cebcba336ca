package org.dl4jtt.examples.proof;

import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dl4jtt.internal.files.WholeFile;
import org.dl4jtt.layers.TensorLayer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A JVM whose class path holds deeplearning4j-nn and a backend, with all that the two need
 * themselves, {@link RestoredModel}, and dl4j-tt-layers if asked for.
 */
public final class NewJvm {
  private static final Pattern DL4J_AND_BACKEND =
      Pattern.compile(
          "(deeplearning4j-(nn|utility-iterators)|resources|nd4j-.*|javacpp|openblas|cuda" // DL4J's
              + "|protobuf|guava|jackson|gson|fastutil|byteunits|flatbuffers-java|oshi-core"
              + "|jna(-platform)?|threetenbp|neoitertools|slf4j-(api|simple)"
              + "|commons-(io|lang3|math3|codec|net|compress|collections4))-\\d.*\\.jar");

  /** By which dl4j-tt-layers computes where it is, with the last bit as elsewhere. */
  private static final Pattern ONE_DNN = Pattern.compile("(dnnl|opencl)-\\d.*\\.jar");

  private static final long MINUTES = 3;

  private final List<String> classPath;

  private NewJvm(List<String> classPath) {
    this.classPath = classPath;
  }

  /** DL4J, its backend and dl4j-tt-layers, with oneDNN if it is here. */
  public static NewJvm withTensorLayers() {
    NewJvm jvm = withoutTensorLayers();
    jvm.classPath.addAll(jars(ONE_DNN));
    try {
      jvm.classPath.add(
          Path.of(TensorLayer.class.getProtectionDomain().getCodeSource().getLocation().toURI())
              .toString());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
    return jvm;
  }

  /** DL4J and its backend, no class of ours. */
  public static NewJvm withoutTensorLayers() {
    return new NewJvm(jars(DL4J_AND_BACKEND));
  }

  /** Those of this JVM's class path. */
  private static List<String> jars(Pattern names) {
    List<String> kept = new ArrayList<>();
    for (String entry :
        List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))) {
      if (names.matcher(new File(entry).getName()).matches()) {
        kept.add(entry);
      }
    }
    return kept;
  }

  /** The jars and folders, without the one that holds {@link RestoredModel}. */
  public List<String> classPath() {
    return List.copyOf(classPath);
  }

  /**
   * The predictions of a saved model, made in that JVM.
   *
   * @throws IOException if the JVM fails; the message holds what it said
   */
  public INDArray predict(Path zip, INDArray input) throws IOException {
    Path folder = Files.createTempDirectory("dl4jtt-proof");
    try {
      copyClass(folder);
      Path inputFile = folder.resolve("input.bin");
      Path outputFile = folder.resolve("output.bin");
      WholeFile.write(inputFile, out -> Nd4j.write(input, new DataOutputStream(out)));
      run(folder, zip, inputFile, outputFile);
      return Nd4j.readBinary(outputFile.toFile());
    } finally {
      delete(folder);
    }
  }

  private void run(Path folder, Path zip, Path input, Path output) throws IOException {
    List<String> path = new ArrayList<>(classPath);
    path.add(folder.toString());
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx1g",
            "-Dorg.bytedeco.javacpp.maxbytes=2G",
            "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-cp",
            String.join(File.pathSeparator, path),
            RestoredModel.class.getName(),
            zip.toAbsolutePath().toString(),
            input.toString(),
            output.toString());
    builder.environment().put("OMP_WAIT_POLICY", "passive");
    Path log = folder.resolve("log.txt");
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    Process process = builder.start();
    try {
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IOException("the new JVM did not answer within " + MINUTES + " minutes");
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a new JVM restored " + zip, e);
    }
    if (process.exitValue() != 0) {
      throw new IOException(
          "a new JVM could not restore "
              + zip.getFileName()
              + ": "
              + Files.readString(log).strip());
    }
  }

  private static void copyClass(Path folder) throws IOException {
    String name = RestoredModel.class.getName().replace('.', '/') + ".class";
    Path target = folder.resolve(name);
    Path parent = target.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    try (InputStream in = RestoredModel.class.getClassLoader().getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException(name + " is not on the class path");
      }
      WholeFile.write(target, in::transferTo);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }
}
