package org.dl4jtt.tool;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Kinds of file that are changed, and the command that reads each. */
enum FuzzKind {
  /** A model of DL4J: inspected. */
  ZIP("mlp.zip"),
  /** A graph of DL4J: inspected. */
  GRAPH("graph.zip"),
  /** A plan: carried out, for no epoch, as the data is no longer there then. */
  PLAN("plan.json"),
  /** The settings of a run: resumed. */
  SETTINGS("run/settings.json"),
  /** The state of ADMM in the last checkpoint of a run: resumed. */
  ADMM("run/checkpoints/*/admm.state"),
  /** The state of a run in its last checkpoint: resumed. */
  CHECKPOINT("run/checkpoints/*/state.json"),
  /** Rows: evaluated. */
  CSV("rows.csv"),
  /** Images: evaluated. */
  IDX("idx/t10k-images-idx3-ubyte"),
  /** A model of Keras: inspected. */
  H5("cnn.h5");

  private static final int DIGEST = 32;

  private final String seed;

  FuzzKind(String seed) {
    this.seed = seed;
  }

  /** The file among the seeds. */
  Path seed(Path seeds) throws IOException {
    if (!seed.contains("*")) {
      return seeds.resolve(seed);
    }
    Path folder = seeds.resolve(seed.substring(0, seed.indexOf("/*")));
    try (Stream<Path> all = Files.list(folder)) {
      Path last = all.filter(Files::isDirectory).sorted().reduce((a, b) -> b).orElseThrow();
      return last.resolve(seed.substring(seed.lastIndexOf('/') + 1));
    }
  }

  /**
   * A changed file; of zips either the whole or one entry, of state files with sums that are right.
   */
  byte[] changed(byte[] bytes, SplittableRandom random) throws IOException {
    Mutation mutation = new Mutation(random);
    if ((this == ZIP || this == GRAPH) && random.nextInt(4) > 0) {
      return entryChanged(bytes, mutation, random);
    }
    if (this == ADMM && random.nextInt(4) > 0) {
      byte[] content = mutation.of(Arrays.copyOf(bytes, bytes.length - DIGEST), false);
      byte[] whole = Arrays.copyOf(content, content.length + DIGEST);
      System.arraycopy(sha256(content), 0, whole, content.length, DIGEST);
      return whole;
    }
    return mutation.of(bytes, List.of(PLAN, SETTINGS, CHECKPOINT, CSV).contains(this));
  }

  private static byte[] entryChanged(byte[] bytes, Mutation mutation, SplittableRandom random)
      throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    Path file = Files.createTempFile("fuzz", ".zip");
    try {
      Files.write(file, bytes);
      try (ZipFile zip = new ZipFile(file.toFile())) {
        for (ZipEntry entry : zip.stream().toList()) {
          entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
        }
      }
    } finally {
      Files.delete(file);
    }
    List<String> names = List.copyOf(entries.keySet());
    String name = names.get(random.nextInt(names.size()));
    entries.put(name, mutation.of(entries.get(name), name.endsWith(".json")));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
    return out.toByteArray();
  }

  /** Runs the tool on the file, which stands in a copy of the seeds. */
  ToolRun run(Path seeds, Path file) throws IOException {
    return switch (this) {
      case ZIP, GRAPH, H5 -> ToolRun.of("inspect", file);
      case PLAN ->
          ToolRun.of(
              "compress",
              seeds.resolve("mlp.zip"),
              "--data",
              seeds.resolve("rows.csv"),
              "--plan",
              file,
              "--admm-epochs",
              1,
              "--fine-epochs",
              1,
              "--out",
              seeds.resolve("file/out"));
      case SETTINGS, ADMM, CHECKPOINT -> {
        if (this != SETTINGS) {
          resum(file);
        }
        yield ToolRun.of(
            "compress",
            seeds.resolve("mlp.zip"),
            "--data",
            seeds.resolve("rows.csv"),
            "--out",
            seeds.resolve("run"),
            "--resume");
      }
      case CSV -> ToolRun.of("evaluate", seeds.resolve("mlp.zip"), "--data", file);
      case IDX -> ToolRun.of("evaluate", seeds.resolve("cnn.zip"), "--data", seeds.resolve("idx"));
    };
  }

  /** Makes SHA256SUMS right again, so that what it guards is read. */
  private static void resum(Path file) throws IOException {
    Path sums = file.resolveSibling("SHA256SUMS");
    String name = file.getFileName().toString();
    String sum = HexFormat.of().formatHex(sha256(Files.readAllBytes(file)));
    Files.writeString(sums, Files.readString(sums).replaceAll("\\w+  " + name, sum + "  " + name));
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
