package org.dl4jtt.tool.report;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of a compression.
 *
 * @param model file name
 * @param data what the examples are, for people
 * @param score what the accuracies are: accuracy, or R2
 * @param trainingExamples how many were learned from
 * @param testExamples how many the accuracies are of
 * @param before the model as it was given
 * @param after the small model at the end
 * @param stages in their order
 * @param layers those with parameters
 * @param spectra of each compressed weight, as it was given
 * @param residuals of each compressed weight, update by update
 * @param plan as JSON
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Summary(
    String model,
    String data,
    String score,
    int trainingExamples,
    int testExamples,
    Side before,
    Side after,
    List<Stage> stages,
    List<Layer> layers,
    List<Spectrum> spectra,
    List<Residuals> residuals,
    @JsonIgnore String plan) {

  /**
   * A model.
   *
   * @param flops of one example or step; null if not known
   * @param zipBytes without updater state
   * @param millis1 median time of one example
   * @param millis64 median time of 64 examples
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Side(
      double accuracy,
      long weights,
      @Nullable Long flops,
      long zipBytes,
      double millis1,
      double millis64) {}

  /** The model at the end of a stage. */
  public record Stage(String name, double accuracy, long weights, double seconds) {}

  /**
   * A layer before and after.
   *
   * @param form of its weight as a tensor, or why it stays; null if nothing is to be said
   * @param error |W - P(W)| / |W| that the plan foresaw; null if it stays
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Layer(
      String layer,
      String typeBefore,
      String typeAfter,
      long weightsBefore,
      long weightsAfter,
      @Nullable Long flopsBefore,
      @Nullable Long flopsAfter,
      @Nullable String form,
      @Nullable Double error) {}

  /** Singular values of the unfoldings of a weight, over the largest, and where they are cut. */
  public record Spectrum(String weight, List<Unfolding> unfoldings) {}

  /**
   * One unfolding.
   *
   * @param values falling, the first is 1
   * @param rank that the plan keeps
   */
  public record Unfolding(List<Double> values, int rank) {}

  /** {@code |W - Z| / |W|} after each update. */
  public record Residuals(String weight, List<Double> relativeDistance) {}
}
