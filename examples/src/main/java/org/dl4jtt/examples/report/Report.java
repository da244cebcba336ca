package org.dl4jtt.examples.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * {@code report.json}.
 *
 * @param runs dense, directTT, admmTT, scratchTT
 */
public record Report(
    long seed,
    Images data,
    Target target,
    Epochs epochs,
    Map<String, RunResult> runs,
    List<LayerResult> layers,
    List<EpochRow> history) {

  /** Numbers of images. */
  public record Images(int train, int test) {}

  /** What was asked for: weights after / weights before, of the whole network. */
  public record Target(double weights) {}

  /**
   * Epochs: of the base network, then of every run; the constrained run divides its own into
   * constrained and fine-tuning.
   */
  public record Epochs(int base, int further, int constrained, int fineTuning) {}

  /** As JSON, indented. */
  public String toJson() {
    try {
      return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(this)
          + "\n";
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
