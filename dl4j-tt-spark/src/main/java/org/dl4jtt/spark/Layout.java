package org.dl4jtt.spark;

import static org.dl4jtt.internal.Check.argument;
import static org.dl4jtt.internal.Check.present;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.dl4jtt.plan.NetworkLayer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Where weights lie in a network's flat parameter vector. What lies between them is called the
 * rest.
 */
final class Layout implements Serializable {
  private static final long serialVersionUID = 1;

  private final int total;
  private final int[] starts;
  private final int[] lengths;

  private Layout(int total, int[] starts, int[] lengths) {
    this.total = total;
    this.starts = starts;
    this.lengths = lengths;
  }

  /**
   * The places of these weights, in any order.
   *
   * @param weights views of the network's parameters
   */
  static Layout of(Model network, List<INDArray> weights) {
    int n = weights.size();
    int[] starts = new int[n];
    int[] lengths = new int[n];
    for (int k = 0; k < n; k++) {
      starts[k] = (int) (weights.get(k).offset() - network.params().offset());
      lengths[k] = (int) weights.get(k).length();
    }
    return new Layout((int) network.params().length(), starts, lengths);
  }

  /** A weight of a network, as a view. */
  static INDArray weight(Model network, String layer, String parameter) {
    for (NetworkLayer candidate : NetworkLayer.of(network)) {
      if (candidate.name().equals(layer)) {
        return present(
            candidate.parameters().get(parameter),
            "layer \"%s\" has no weight %s",
            layer,
            parameter);
      }
    }
    throw new IllegalArgumentException("there is no layer \"" + layer + "\"");
  }

  /** All parameters of the network. */
  int total() {
    return total;
  }

  /** Where each weight starts. */
  int[] starts() {
    return starts.clone();
  }

  /** The rest of a flat vector. */
  SerializableArray rest(SerializableArray flat) {
    int[] bounds = restBounds();
    SerializableArray[] parts = new SerializableArray[bounds.length / 2];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = flat.slice(bounds[2 * i], bounds[2 * i + 1]);
    }
    return SerializableArray.join(parts);
  }

  /** Writes the rest into a network's parameters. */
  void writeRest(SerializableArray rest, Model network) {
    INDArray flat = network.params().reshape(new long[] {total});
    int at = 0;
    int[] bounds = restBounds();
    for (int i = 0; i < bounds.length; i += 2) {
      int length = bounds[i + 1] - bounds[i];
      rest.slice(at, at + length).copyTo(flat.get(NDArrayIndex.interval(bounds[i], bounds[i + 1])));
      at += length;
    }
    argument(at == rest.length(), "the rest has %d entries, not %d", rest.length(), at);
  }

  /** From, to, from, to … of what lies between the weights. */
  private int[] restBounds() {
    Integer[] order = new Integer[starts.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Integer.compare(starts[a], starts[b]));
    int[] bounds = new int[2 * starts.length + 2];
    int n = 0;
    int at = 0;
    for (int k : order) {
      if (starts[k] > at) {
        bounds[n++] = at;
        bounds[n++] = starts[k];
      }
      at = starts[k] + lengths[k];
    }
    if (at < total) {
      bounds[n++] = at;
      bounds[n++] = total;
    }
    return Arrays.copyOf(bounds, n);
  }
}
