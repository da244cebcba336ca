package org.dl4jtt.tensor;

import static org.dl4jtt.internal.Check.argument;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * How a Deeplearning4j weight becomes a tensor: the one definition that the projection, the
 * decomposition, the layers and the way back share.
 *
 * <pre>
 *   weight                      parameter                 PAIRED tensor                  SEPARATED tensor
 *   matrix (M outputs, N inputs) [N, M]                    [m₁n₁, …, m_dn_d]              [m₁, …, m_p, n₁, …, n_q]
 *   kernel (O, I, kH×kW)         [O, I, kH, kW]            [kH·kW, o₁i₁, …, o_di_d]       [o₁, …, o_p, kH·kW, i₁, …, i_q]
 * </pre>
 *
 * <p>In every index the last mode varies fastest. The gates of an LSTM are outputs like any other:
 * DL4J stores them as the slowest part of the output index, so they fold into the first output
 * mode.
 *
 * @param scheme which modes share a core
 * @param outputModes m₁ … m_p; their product is the number of outputs
 * @param kernel empty for a matrix, {kH, kW} for a convolution kernel
 * @param inputModes n₁ … n_q; their product is the number of inputs
 */
public record Tensorization(
    Scheme scheme,
    List<Integer> outputModes,
    // Named on purpose: ignoring isKernel() would take the property "kernel" along.
    @JsonProperty("kernel") List<Integer> kernel,
    List<Integer> inputModes)
    implements Serializable {

  /** More modes than this can only be a mistake: 2^31 inputs have 31 modes of two. */
  private static final int MAX_MODES = 64;

  /**
   * Checks the modes.
   *
   * @throws IllegalArgumentException if a list is empty or too long, a mode is below 1, a product
   *     exceeds an int, or the scheme is PAIRED and the lists differ in length
   */
  public Tensorization {
    argument(scheme != null, "scheme is missing; it is PAIRED or SEPARATED");
    outputModes = checked("outputModes", outputModes);
    inputModes = checked("inputModes", inputModes);
    kernel = kernel == null || kernel.isEmpty() ? List.of() : checked("kernel", kernel);
    argument(
        kernel.isEmpty() || kernel.size() == 2,
        "kernel %s must be empty (a matrix) or {height, width}",
        kernel);
    argument(
        scheme != Scheme.PAIRED || outputModes.size() == inputModes.size(),
        "the PAIRED scheme pairs output and input modes, but outputModes %s and inputModes %s differ in length;"
            + " add modes of 1, or use SEPARATED",
        outputModes,
        inputModes);
    for (int k = 0; scheme == Scheme.PAIRED && k < outputModes.size(); k++) {
      argument(
          (long) outputModes.get(k) * inputModes.get(k) <= Integer.MAX_VALUE,
          "output mode %d times input mode %d exceeds 2147483647; split them into more modes",
          outputModes.get(k),
          inputModes.get(k));
    }
  }

  /** A matrix, {@code [inputs, outputs]} as DL4J stores it. */
  public static Tensorization matrix(
      Scheme scheme, List<Integer> outputModes, List<Integer> inputModes) {
    return new Tensorization(scheme, outputModes, List.of(), inputModes);
  }

  /** A convolution kernel, {@code [outputs, inputs, kH, kW]} as DL4J stores it. */
  public static Tensorization kernel(
      Scheme scheme, List<Integer> outputModes, int kH, int kW, List<Integer> inputModes) {
    return new Tensorization(scheme, outputModes, List.of(kH, kW), inputModes);
  }

  /** Number of outputs, M. */
  public int outputs() {
    return product(outputModes);
  }

  /** Number of inputs, N. */
  public int inputs() {
    return product(inputModes);
  }

  /** Spatial positions of the kernel, kH·kW; 1 for a matrix. */
  public int positions() {
    return product(kernel);
  }

  /** True for a convolution kernel, false for a matrix. */
  @org.nd4j.shade.jackson.annotation.JsonIgnore
  public boolean isKernel() {
    return !kernel.isEmpty();
  }

  /** The number of weights of the dense parameter. */
  public long weights() {
    return (long) outputs() * inputs() * positions();
  }

  /** The shape of the parameter as DL4J keeps it. */
  public long[] parameterShape() {
    return isKernel()
        ? new long[] {outputs(), inputs(), kernel.get(0), kernel.get(1)}
        : new long[] {inputs(), outputs()};
  }

  /** The modes of the tensor, one for each core. */
  public List<Integer> modes() {
    List<Integer> modes = new ArrayList<>();
    if (scheme == Scheme.SEPARATED) {
      modes.addAll(outputModes);
      if (isKernel()) {
        modes.add(positions());
      }
      modes.addAll(inputModes);
    } else {
      if (isKernel()) {
        modes.add(positions());
      }
      for (int k = 0; k < outputModes.size(); k++) {
        modes.add(outputModes.get(k) * inputModes.get(k));
      }
    }
    return List.copyOf(modes);
  }

  /**
   * The parameter as a tensor of {@link #modes()}.
   *
   * @param parameter of {@link #parameterShape()}, any memory order
   * @return a new array in 'c' order, of the parameter's data type
   */
  public INDArray toTensor(INDArray parameter) {
    argument(
        java.util.Arrays.equals(parameter.shape(), parameterShape()),
        "a weight of shape %s was given, but %s describes one of %s",
        java.util.Arrays.toString(parameter.shape()),
        this,
        java.util.Arrays.toString(parameterShape()));
    return Reorder.toTensor(this, parameter);
  }

  /**
   * Writes a tensor of {@link #modes()} back into a parameter.
   *
   * @param tensor of {@link #modes()}
   * @param out of {@link #parameterShape()}, any memory order; overwritten
   */
  public void toParameter(INDArray tensor, INDArray out) {
    Reorder.toParameter(this, tensor, out);
  }

  @Override
  public String toString() {
    return scheme
        + " "
        + times(outputModes)
        + (isKernel() ? " (" + times(kernel) + ") " : " by ")
        + times(inputModes);
  }

  /** {@code 4x7x7}. */
  public static String times(List<Integer> modes) {
    return String.join("x", modes.stream().map(String::valueOf).toList());
  }

  private static int product(List<Integer> modes) {
    int product = 1;
    for (int mode : modes) {
      product *= mode;
    }
    return product;
  }

  private static List<Integer> checked(String name, List<Integer> modes) {
    argument(modes != null && !modes.isEmpty(), "%s is empty; give at least one mode", name);
    argument(
        modes.size() <= MAX_MODES,
        "%s has %d modes; at most %d make sense",
        name,
        modes.size(),
        MAX_MODES);
    long product = 1;
    for (Integer mode : modes) {
      argument(
          mode != null && mode >= 1,
          "%s %s has a mode of %s; every mode is 1 or more",
          name,
          modes,
          mode);
      product *= mode;
      argument(
          product <= Integer.MAX_VALUE, "the product of %s %s exceeds 2147483647", name, modes);
    }
    return List.copyOf(modes);
  }
}
