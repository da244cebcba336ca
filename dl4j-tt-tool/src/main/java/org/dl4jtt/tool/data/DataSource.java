package org.dl4jtt.tool.data;

import static org.dl4jtt.internal.Check.argument;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.dl4jtt.tool.model.LoadedModel;
import org.dl4jtt.tool.model.ModelInput;
import org.dl4jtt.tool.model.ModelTask;

/**
 * Where examples are.
 *
 * <pre>
 *   IMAGES      DIR/CLASS/*.png, *.jpg, ...; without labels DIR/*.png or FILE.png
 *   CSV         FILE.csv, one example a line, the last columns are labels
 *   IDX         DIR or FILE: NAME-images-idx3-ubyte[.gz] and NAME-labels-idx1-ubyte[.gz]
 *   SEQUENCES   DIR/CLASS/*.csv, or DIR/*.csv with columns of labels; one step a line
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

  private static final Set<String> CSV = Set.of("csv", "tsv");

  /** True if there is a part of that name, so that the two are apart. */
  public boolean has(Part part) {
    return Files.exists(path.resolve(part.name))
        || Files.exists(path.resolve(part.name + ".csv"))
        || idx(Stream.of(part.idxName)).isPresent();
  }

  /**
   * Reads the examples, or what is needed to read them later.
   *
   * @param model tells the size of images, and which columns can be labels
   * @throws IOException naming the file that cannot be read
   */
  public Examples read(Part part, LoadedModel model) throws IOException {
    return read(
        part, model, options.autoencoder() ? LabelRule.Presence.NONE : LabelRule.Presence.REQUIRED);
  }

  /** Reads examples that need no labels. */
  public Examples readForPrediction(LoadedModel model) throws IOException {
    return read(Part.TEST, model, LabelRule.Presence.OPTIONAL);
  }

  private Examples read(Part part, LoadedModel model, LabelRule.Presence labels)
      throws IOException {
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
    LabelRule rule =
        new LabelRule(
            options.labelColumns(), ModelTask.of(model.model()), inputs(model.input()), labels);
    return Files.isDirectory(half)
        ? readFolder(half, model.input(), rule)
        : readFile(half, model.input(), rule);
  }

  private Optional<Path> idx(Stream<String> names) {
    return names
        .flatMap(name -> Stream.of(name + "-images-idx3-ubyte.gz", name + "-images-idx3-ubyte"))
        .map(path::resolve)
        .filter(Files::isRegularFile)
        .findFirst();
  }

  /** Numbers of an example or step in a table; 0 if the model does not tell. */
  private static long inputs(ModelInput input) {
    return input.kind() == ModelInput.Kind.IMAGE
        ? input.size() * input.height() * input.width()
        : input.size();
  }

  private Examples readFile(Path file, ModelInput input, LabelRule rule) throws IOException {
    if (IMAGES.contains(DataFiles.ending(file))) {
      return images(List.of(file), List.of(), input);
    }
    return String.valueOf(file.getFileName()).contains("idx3")
        ? IdxExamples.read(file)
        : CsvRows.read(file, options.csv(), rule);
  }

  private Examples readFolder(Path folder, ModelInput input, LabelRule rule) throws IOException {
    List<Path> sequences = DataFiles.in(folder, CSV);
    if (!sequences.isEmpty()) {
      return CsvSequences.read(sequences, options.csv(), rule, List.of());
    }
    sequences = DataFiles.inFolders(folder, CSV);
    if (!sequences.isEmpty()) {
      return CsvSequences.read(sequences, options.csv(), rule, DataFiles.names(folder));
    }
    List<Path> inFolders = DataFiles.inFolders(folder, IMAGES);
    if (!inFolders.isEmpty()) {
      boolean labelled = rule.presence() != LabelRule.Presence.NONE;
      return images(inFolders, labelled ? DataFiles.names(folder) : List.of(), input);
    }
    List<Path> loose = DataFiles.in(folder, IMAGES);
    argument(
        !loose.isEmpty() && rule.presence() != LabelRule.Presence.REQUIRED,
        "%s holds no data that is known: no CLASS/*.png (or .jpg, ...), no *.csv, no"
            + " NAME-images-idx3-ubyte",
        folder);
    return images(loose, List.of(), input);
  }

  private Examples images(List<Path> files, List<String> classes, ModelInput input)
      throws IOException {
    boolean image = input.kind() == ModelInput.Kind.IMAGE;
    return ImageFolder.read(
        files,
        classes,
        new ImageFolder.Wanted(
            input.height(),
            input.width(),
            image ? input.size() : channelsOfVector(input),
            options.rgb(),
            options.skipUnreadable()));
  }

  private static long channelsOfVector(ModelInput input) {
    return input.height() == 0 ? 1 : input.size() / (input.height() * input.width());
  }
}
