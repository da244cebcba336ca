package org.dl4jtt.contraction;

import static org.dl4jtt.tensor.Check.argument;

import java.util.List;
import org.dl4jtt.tensor.TensorForm;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Multiplies a batch by a matrix in tensor form: {@code y = W x}, forward and backward.
 *
 * <pre>
 *   x  [batch, N]    y  [batch, M]    cores as in {@link TensorForm}
 * </pre>
 */
@SuppressWarnings({"UnusedVariable", "DoNotCallSuggester"})
public final class MatrixContraction {
  private final TensorForm form;

  private MatrixContraction(TensorForm form) {
    this.form = form;
  }

  /** For a form of a matrix. */
  public static MatrixContraction of(TensorForm form) {
    argument(!form.tensorization().isKernel(), "%s is the form of a kernel, not of a matrix", form);
    return new MatrixContraction(form);
  }

  /**
   * y = W x.
   *
   * @param cores in the shapes of the form
   * @param x [batch, N]; fastest if 'f'-ordered
   * @param y [batch, M], 'f'-ordered, overwritten
   * @param scratch for intermediates
   * @return what {@link #backward} can use again, as long as the scratch memory lives
   */
  public Tape forward(
      List<INDArray> cores, INDArray x, INDArray y, boolean training, Scratch scratch) {
    throw new UnsupportedOperationException();
  }

  /**
   * Gradients of a loss whose derivative by y is {@code yGradient}.
   *
   * @param tape of the forward pass; null: computed again
   * @param coreGradients overwritten, in the shapes of the cores
   * @param xGradient [batch, N], 'f'-ordered, overwritten
   */
  public void backward(
      List<INDArray> cores,
      INDArray x,
      INDArray yGradient,
      @Nullable Tape tape,
      List<INDArray> coreGradients,
      INDArray xGradient,
      Scratch scratch) {
    throw new UnsupportedOperationException();
  }
}
