package org.dl4jtt.spark;

import static org.dl4jtt.internal.Check.argument;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.solvers.BaseOptimizer;
import org.dl4jtt.admm.AdmmListener;
import org.dl4jtt.admm.CheckedFile;
import org.jspecify.annotations.Nullable;

/**
 * The saved states of a training, on a file system that every machine sees.
 *
 * <pre>
 *   epoch-000007/driver.state   counts, the mean network, where the workers' states are
 *   epoch-000007/admm.state     Z, U, ρ and history, as AdmmListener saves them
 *   workers/…                   Spark's checkpoints of the workers' states
 * </pre>
 *
 * <p>An epoch is written beside and renamed when it is whole. The last two are kept.
 */
final class JobFolder {
  private static final String MAGIC = "DL4JTT-SPARK";
  private static final int VERSION = 1;
  private static final int KEPT = 2;

  private final FileSystem files;
  private final Path folder;

  private JobFolder(FileSystem files, Path folder) {
    this.files = files;
    this.folder = folder;
  }

  static JobFolder open(String folder, Configuration configuration) throws IOException {
    Path path = new Path(folder);
    FileSystem files = path.getFileSystem(configuration);
    Path qualified = files.makeQualified(path);
    files.mkdirs(qualified);
    return new JobFolder(files, qualified);
  }

  /** Where Spark keeps the workers' states. */
  String workers() {
    return new Path(folder, "workers").toString();
  }

  /** The numbers of the saved epochs, oldest first. */
  List<Integer> epochs() throws IOException {
    List<Integer> epochs = new ArrayList<>();
    for (FileStatus status : files.listStatus(folder)) {
      String name = status.getPath().getName();
      if (name.matches("epoch-\\d{6}")) {
        epochs.add(Integer.parseInt(name.substring("epoch-".length())));
      }
    }
    epochs.sort(null);
    return epochs;
  }

  private Path epoch(int number) {
    return new Path(folder, String.format(Locale.ROOT, "epoch-%06d", number));
  }

  /** Saves the end of an epoch, then deletes what is older than the one before. */
  void save(Driver driver, @Nullable AdmmListener admm, Saved saved) throws IOException {
    java.nio.file.Path local = Files.createTempDirectory("dl4jtt");
    try {
      CheckedFile.write(
          local.resolve("driver.state"),
          MAGIC,
          VERSION,
          out -> {
            byte[] json = saved.blueprint().getBytes(StandardCharsets.UTF_8);
            out.writeInt(json.length);
            out.write(json);
            out.writeInt(saved.workers());
            out.writeUTF(saved.states());
            Model network = driver.network();
            out.writeInt(driver.epoch());
            out.writeInt(BaseOptimizer.getIterationCount(network));
            out.writeInt(BaseOptimizer.getEpochCount(network));
            out.writeDouble(network.score());
            SerializableArray.of(network.params()).write(out);
          });
      if (admm != null) {
        admm.save(driver.network(), local.resolve("admm.state"));
      }
      publish(local, epoch(driver.epoch()));
    } finally {
      delete(local);
    }
    prune();
  }

  private void publish(java.nio.file.Path local, Path target) throws IOException {
    Path beside = target.suffix(".tmp");
    files.delete(beside, true);
    files.mkdirs(beside);
    for (String name : contents(local)) {
      try (InputStream in = Files.newInputStream(local.resolve(name));
          FSDataOutputStream out = files.create(new Path(beside, name), false)) {
        in.transferTo(out);
        out.hsync(); // the bytes first, then the name
      }
    }
    files.delete(target, true); // only there if an epoch is saved again
    if (!files.rename(beside, target)) {
      throw new IOException(beside + " could not be renamed to " + target);
    }
  }

  private void prune() throws IOException {
    List<Integer> epochs = epochs();
    for (int number : epochs.subList(0, Math.max(0, epochs.size() - KEPT))) {
      String path = read(number, local -> header(local).states());
      Path states = new Path(path);
      files.delete(epoch(number), true);
      files.delete(states, true);
    }
  }

  /**
   * Goes on from a saved epoch.
   *
   * @return the workers' part of it
   * @throws IOException if a file is damaged
   * @throws IllegalArgumentException if the epoch is of another network, or of other workers
   */
  Saved restore(int number, Driver driver, @Nullable AdmmListener admm, Saved expected)
      throws IOException {
    return read(
        number,
        local -> {
          Saved saved = header(local);
          argument(
              saved.blueprint().equals(expected.blueprint()),
              "%s is of another network; give the one that was trained, or another folder",
              epoch(number));
          argument(
              saved.workers() == expected.workers(),
              "%s has %d workers, now there are %d; go on with withWorkers(%d)",
              epoch(number),
              saved.workers(),
              expected.workers(),
              saved.workers());
          CheckedFile.read(
              local.resolve("driver.state"),
              MAGIC,
              VERSION,
              (version, in) -> {
                readHeader(in);
                int epoch = in.readInt();
                int iteration = in.readInt();
                int networkEpoch = in.readInt();
                double score = in.readDouble();
                driver.restore(epoch, SerializableArray.read(in), iteration, networkEpoch, score);
                return epoch;
              });
          if (admm != null) {
            admm.restore(driver.network(), local.resolve("admm.state"));
          }
          return saved;
        });
  }

  /**
   * What is checked before anything is taken over.
   *
   * @param blueprint JSON of the network
   * @param workers how many
   * @param states Spark's checkpoint of the workers' states
   */
  record Saved(String blueprint, int workers, String states) {}

  private static Saved header(java.nio.file.Path local) throws IOException {
    return CheckedFile.read(
        local.resolve("driver.state"), MAGIC, VERSION, (version, in) -> readHeader(in));
  }

  private static Saved readHeader(java.io.DataInputStream in) throws IOException {
    byte[] json = in.readNBytes(in.readInt());
    return new Saved(new String(json, StandardCharsets.UTF_8), in.readInt(), in.readUTF());
  }

  private interface LocalRead<T> {
    T from(java.nio.file.Path local) throws IOException;
  }

  /** Reads an epoch by way of a local copy, whose checksums are those of the files. */
  private <T> T read(int number, LocalRead<T> read) throws IOException {
    java.nio.file.Path local = Files.createTempDirectory("dl4jtt");
    try {
      for (FileStatus status : files.listStatus(epoch(number))) {
        Path to = new Path(local.resolve(status.getPath().getName()).toUri());
        files.copyToLocalFile(false, status.getPath(), to, true);
      }
      return read.from(local);
    } catch (IOException e) {
      throw new IOException(
          epoch(number)
              + " cannot be read; delete it to go on from the epoch before: "
              + e.getMessage(),
          e);
    } finally {
      delete(local);
    }
  }

  private static void delete(java.nio.file.Path local) throws IOException {
    for (String name : contents(local)) {
      Files.delete(local.resolve(name));
    }
    Files.delete(local);
  }

  private static List<String> contents(java.nio.file.Path local) {
    String[] names = local.toFile().list();
    return names == null ? List.of() : Arrays.stream(names).sorted().toList();
  }
}
