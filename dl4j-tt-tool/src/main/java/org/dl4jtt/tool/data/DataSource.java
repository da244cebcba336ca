package org.dl4jtt.tool.data;

import static org.dl4jtt.internal.Check.argument;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.dl4jtt.tool.model.ModelInput;

/**
 * Where labelled examples are.
 *
 * <pre>
 *   IMAGES      DIR/CLASS/*.png, *.jpg, ...
 *   CSV         FILE.csv, one example a line, a column of labels
 *   IDX         DIR or FILE: NAME-images-idx3-ubyte[.gz] and NAME-labels-idx1-ubyte[.gz]
 *   SEQUENCES   DIR/CLASS/*.csv, or DIR/*.csv with a column of labels; one step a line
 * </pre>
 *
 * <p>A folder that holds {@code train} and {@code test} (folders, CSV files, or the four idx files)
 * gives each part to those who ask for it.
 *
 * @param path file or folder
 * @param options how to read it
 */
public record DataSource(Path path, DataOptions options) {

  /** Which half of a folder with two. */
  public enum Part {
    /** To learn from. */
    TRAIN("train", "train"),
    /** To be judged by. */
    TEST("test", "t10k");

    private final String name;
    private final String idxName;

    Part(String name, String idxName) {
      this.name = name;
      this.idxName = idxName;
    }
  }

  private static final Set<String> IMAGES =
      Set.of("png", "jpg", "jpeg", "bmp", "gif", "tif", "tiff", "pgm", "ppm", "webp", "jp2");

  /** True if there is a part of that name, so that the two are apart. */
  public boolean has(Part part) {
    return Files.exists(path.resolve(part.name))
        || Files.exists(path.resolve(part.name + ".csv"))
        || idx(Stream.of(part.idxName)).isPresent();
  }

  /**
   * Reads the examples, or what is needed to read them later.
   *
   * @param input of the model, which may tell the size of images
   * @throws IOException naming the file that cannot be read
   */
  public Examples read(Part part, ModelInput input) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString(), null, "no such data");
    }
    Optional<Path> idx = idx(Stream.of(part.idxName, Part.TRAIN.idxName));
    if (idx.isPresent()) {
      return IdxExamples.read(idx.get());
    }
    Path csv = path.resolve(part.name + ".csv");
    Path folder = path.resolve(part.name);
    Path half = Files.isRegularFile(csv) ? csv : Files.isDirectory(folder) ? folder : path;
    return Files.isDirectory(half) ? readFolder(half, input) : readFile(half);
  }

  private Optional<Path> idx(Stream<String> names) {
    return names
        .flatMap(name -> Stream.of(name + "-images-idx3-ubyte.gz", name + "-images-idx3-ubyte"))
        .map(path::resolve)
        .filter(Files::isRegularFile)
        .findFirst();
  }

  private Examples readFile(Path file) throws IOException {
    return String.valueOf(file.getFileName()).contains("idx3")
        ? IdxExamples.read(file)
        : CsvRows.read(file, options.csv());
  }

  private Examples readFolder(Path folder, ModelInput input) throws IOException {
    List<Path> sequences = files(folder, 1, Set.of("csv"));
    if (!sequences.isEmpty()) {
      return CsvSequences.read(sequences, options.csv(), false);
    }
    sequences = files(folder, 2, Set.of("csv"));
    if (!sequences.isEmpty()) {
      return CsvSequences.read(sequences, options.csv(), true);
    }
    List<Path> images =
        files(folder, 2, IMAGES).stream().filter(file -> !folder.equals(file.getParent())).toList();
    argument(
        !images.isEmpty(),
        "%s holds no data that is known: no CLASS/*.png (or .jpg, ...), no *.csv, no"
            + " NAME-images-idx3-ubyte",
        folder);
    boolean image = input.kind() == ModelInput.Kind.IMAGE;
    long channels = image ? input.size() : channelsOfVector(input);
    return ImageFolder.read(images, input.height(), input.width(), channels, options.rgb());
  }

  private static long channelsOfVector(ModelInput input) {
    return input.height() == 0 ? 1 : input.size() / (input.height() * input.width());
  }

  private static List<Path> files(Path folder, int depth, Set<String> endings) throws IOException {
    try (Stream<Path> files = Files.walk(folder, depth)) {
      return files
          .filter(file -> endings.contains(ending(file)) && Files.isRegularFile(file))
          .sorted()
          .toList();
    } catch (UncheckedIOException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static String ending(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    return name.substring(name.lastIndexOf('.') + 1);
  }
}
