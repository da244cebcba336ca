package org.dl4jtt.examples.trial;

import static org.dl4jtt.internal.Check.argument;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Supplier;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.dl4jtt.internal.files.WholeFile;
import org.dl4jtt.internal.files.WholeFolder;
import org.dl4jtt.surgery.ModelFiles;

/**
 * The runs of an experiment that have ended, in a folder: an experiment that was stopped goes on
 * with those that are left.
 *
 * <pre>
 *   settings.txt      what decides the outcome of every run; another experiment needs another folder
 *   KEY.json          an outcome
 *   KEY.zip           a trained network that runs start from
 * </pre>
 *
 * <p>Used by several threads at once, each with keys of its own.
 */
public final class FinishedRuns {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path folder;

  private FinishedRuns(Path folder) {
    this.folder = folder;
  }

  /**
   * Opens a folder, new or of the same experiment.
   *
   * @param settings all that decides an outcome beside its key, in a line
   * @throws IllegalArgumentException if the folder holds runs of other settings
   */
  public static FinishedRuns in(Path folder, String settings) throws IOException {
    WholeFolder.create(folder);
    Path file = folder.resolve("settings.txt");
    if (Files.exists(file)) {
      String found = Files.readString(file).strip();
      argument(
          found.equals(settings),
          "%s holds runs of other settings (%s) than these (%s); give another --out",
          folder,
          found,
          settings);
    } else {
      WholeFile.write(file, settings + "\n");
    }
    return new FinishedRuns(folder);
  }

  /** Returns the outcome of this key, from the folder if the run has ended before. */
  public Outcome outcome(String key, Supplier<Outcome> run) {
    Path file = folder.resolve(name(key) + ".json");
    try {
      if (Files.exists(file)) {
        return MAPPER.readValue(file.toFile(), Outcome.class);
      }
      Outcome outcome = run.get();
      WholeFile.write(
          file, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(outcome) + "\n");
      return outcome;
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": " + e.getMessage(), e);
    }
  }

  /** Returns the network of this key, from the folder if it has been trained before. */
  public ComputationGraph network(String key, Supplier<ComputationGraph> training) {
    Path file = folder.resolve(name(key) + ".zip");
    try {
      if (!Files.exists(file)) {
        ModelFiles.write(training.get(), file);
      }
      return (ComputationGraph) ModelFiles.read(file); // the same bits, trained now or before
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": " + e.getMessage(), e);
    }
  }

  private static String name(String key) {
    return key.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-");
  }
}
