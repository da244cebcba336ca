package org.dl4jtt.layers.impl;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.MulOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The recurrence of DL4J's LSTM (no peepholes), given the input products of all time steps.
 *
 * <pre>
 *   z_t = x_t W + b + h_{t-1} RW          columns in DL4J's order: I | F | O | G
 *   i = act(z_I)   f = gate(z_F)   o = gate(z_O)   g = gate(z_G)      i: candidate, g: input gate
 *   c_t = m_t (f c_{t-1} + g i)           h_t = m_t o act(f c_{t-1} + g i)      m_t: mask, 1 without one
 * </pre>
 *
 * <p>Every array is a matrix in 'f' order with one row for each example; the columns of step t are
 * contiguous: {@code z [N, 4n·T]}, {@code c, h [N, n·T]}. That is DL4J's own {@code [N, n, T]}
 * memory.
 *
 * @param units n
 * @param activation act
 * @param gate the activation of the three gates
 */
record LstmCell(int units, IActivation activation, IActivation gate) {
  private static final int CANDIDATE = 0;
  private static final int FORGET = 1;
  private static final int OUTPUT = 2;
  private static final int INPUT = 3;

  /** Output and memory cell after one step, {@code [N, n]} each. */
  record State(INDArray output, INDArray memory) {}

  /**
   * What the backward pass needs of a forward pass.
   *
   * @param z pre-activations, {@code [N, 4n·T]}; overwritten by the backward pass
   * @param gates their activations; in inference the same array as z
   * @param memory c, {@code [N, n·T]}; overwritten by the backward pass
   * @param squashed act of the memory before it is masked
   * @param output h
   * @param start the state before step 0, null for zeros
   * @param mask {@code [N, T]}, or null
   */
  record Trace(
      INDArray z,
      INDArray gates,
      INDArray memory,
      INDArray squashed,
      INDArray output,
      @Nullable State start,
      @Nullable INDArray mask) {

    int steps(int units) {
      return (int) (output.size(1) / units);
    }
  }

  /** Fills the trace, whose z holds {@code x_t W + b} of all steps, and adds the recurrence. */
  void forward(Trace trace, INDArray recurrent, boolean training) {
    State previous = trace.start();
    for (int t = 0; t < trace.steps(units); t++) {
      INDArray z = columns(trace.z(), 4 * t, 4);
      if (previous != null) {
        Nd4j.gemm(previous.output(), recurrent, z, false, false, 1, 1);
      }
      INDArray gates = z;
      if (trace.gates() != trace.z()) {
        gates = columns(trace.gates(), 4 * t, 4);
        gates.assign(z);
      }
      INDArray i = columns(gates, CANDIDATE, 1);
      INDArray f = columns(gates, FORGET, 1);
      INDArray o = columns(gates, OUTPUT, 1);
      INDArray g = columns(gates, INPUT, 1);
      activation.getActivation(i, training);
      gate.getActivation(f, training);
      gate.getActivation(o, training);
      gate.getActivation(g, training);

      INDArray c = columns(trace.memory(), t, 1);
      INDArray s = columns(trace.squashed(), t, 1);
      INDArray h = columns(trace.output(), t, 1);
      multiply(g, i, c);
      if (previous != null) {
        multiply(f, previous.memory(), s);
        c.addi(s);
      }
      s.assign(c);
      activation.getActivation(s, training);
      multiply(o, s, h);
      if (trace.mask() != null) {
        INDArray m = trace.mask().getColumn(t, true);
        c.muliColumnVector(m);
        h.muliColumnVector(m);
      }
      previous = new State(h, c);
    }
  }

  /**
   * Turns the trace's z into the gradient with respect to it, in place.
   *
   * <p>Reverse mode through the equations above; the mask multiplies the gradients of c_t and h_t
   * exactly as it multiplied their values. (DL4J's LSTM leaves it out of its backward pass, which
   * is the same whenever nothing flows back into a masked step: masks of the form 1…1 0…0.)
   *
   * @param epsilon gradient with respect to all outputs, {@code [N, n·T]}; overwritten
   * @param recurrent RW
   * @param first the earliest step that gets a gradient (truncated back-propagation), else 0
   * @param scratch two arrays {@code [N, n]}
   */
  void backward(Trace trace, INDArray epsilon, INDArray recurrent, int first, INDArray[] scratch) {
    int steps = trace.steps(units);
    INDArray product = scratch[0];
    INDArray memoryFromNext = scratch[1]; // f_{t+1} · dc_{t+1}
    for (int t = steps - 1; t >= first; t--) {
      INDArray dh = columns(epsilon, t, 1);
      if (t < steps - 1) {
        Nd4j.gemm(columns(trace.z(), 4 * (t + 1), 4), recurrent, dh, false, true, 1, 1);
      }
      if (trace.mask() != null) {
        INDArray m = trace.mask().getColumn(t, true);
        dh.muliColumnVector(m);
        if (t < steps - 1) {
          memoryFromNext.muliColumnVector(m);
        }
      }
      INDArray z = columns(trace.z(), 4 * t, 4);
      INDArray gates = columns(trace.gates(), 4 * t, 4);

      multiply(dh, columns(trace.squashed(), t, 1), product);
      derivative(gate, columns(z, OUTPUT, 1), product);

      // dc_t takes the place of c_t, which no earlier step reads
      INDArray dc = columns(trace.memory(), t, 1);
      multiply(dh, columns(gates, OUTPUT, 1), product);
      derivative(activation, dc, product);
      if (t < steps - 1) {
        dc.addi(memoryFromNext);
      }

      INDArray before = t > 0 ? columns(trace.memory(), t - 1, 1) : memory(trace.start());
      if (before == null) {
        columns(z, FORGET, 1).assign(0);
      } else {
        multiply(dc, before, product);
        derivative(gate, columns(z, FORGET, 1), product);
      }
      multiply(dc, columns(gates, CANDIDATE, 1), product);
      derivative(gate, columns(z, INPUT, 1), product);
      multiply(dc, columns(gates, INPUT, 1), product);
      derivative(activation, columns(z, CANDIDATE, 1), product);
      multiply(dc, columns(gates, FORGET, 1), memoryFromNext);
    }
    if (first > 0) {
      columns(trace.z(), 0, 4 * first).assign(0);
    }
  }

  private static @Nullable INDArray memory(@Nullable State state) {
    return state == null ? null : state.memory();
  }

  /**
   * Overwrites z with {@code f'(z) · epsilon}; DL4J's activations may or may not do so in place.
   */
  private static void derivative(IActivation f, INDArray z, INDArray epsilon) {
    INDArray result = f.backprop(z, epsilon).getFirst();
    if (result != z) {
      z.assign(result);
    }
  }

  private static void multiply(INDArray a, INDArray b, INDArray out) {
    Nd4j.getExecutioner().exec(new MulOp(a, b, out));
  }

  /** {@code count} blocks of n columns from block {@code from} on. */
  private INDArray columns(INDArray matrix, int from, int count) {
    long n = units;
    return matrix.get(all(), interval(from * n, (from + count) * n));
  }
}
