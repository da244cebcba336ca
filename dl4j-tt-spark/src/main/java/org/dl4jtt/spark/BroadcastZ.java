package org.dl4jtt.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dl4jtt.admm.AdmmState;
import org.dl4jtt.admm.AdmmWorker;
import org.dl4jtt.tensor.CoreChain;
import org.dl4jtt.tensor.FactoredWeight;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tensor.TensorRing;
import org.dl4jtt.tensor.TensorTrain;
import org.dl4jtt.tensor.Tensorization;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Z of one weight on its way to the workers: its cores where those are the smaller, else Z itself.
 * Every worker multiplies the cores out as the driver did, so that all have the same Z.
 */
final class BroadcastZ implements Serializable {
  private static final long serialVersionUID = 1;

  final String layer;
  final String parameter;

  /** ρ of the last update of Z, in whose scale U_i is, and ρ from now on. */
  final double rhoAtUpdate;

  final double rho;

  private final SerializableArray values;
  private final @Nullable Form form;

  private BroadcastZ(
      String layer,
      String parameter,
      double rhoAtUpdate,
      double rho,
      SerializableArray values,
      @Nullable Form form) {
    this.layer = layer;
    this.parameter = parameter;
    this.rhoAtUpdate = rhoAtUpdate;
    this.rho = rho;
    this.values = values;
    this.form = form;
  }

  /**
   * Packs Z.
   *
   * @param factors whether cores may be sent
   */
  static BroadcastZ of(
      String layer, String parameter, AdmmState state, double rhoAtUpdate, boolean factors) {
    FactoredWeight cores = state.cores().orElse(null);
    boolean small = cores != null && cores.cores().weights() < state.z().length();
    if (factors && small && cores != null) {
      SerializableArray[] values =
          cores.cores().cores().stream()
              .map(SerializableArray::of)
              .toArray(SerializableArray[]::new);
      return new BroadcastZ(
          layer,
          parameter,
          rhoAtUpdate,
          state.rho(),
          SerializableArray.join(values),
          new Form(cores.form()));
    }
    return new BroadcastZ(
        layer, parameter, rhoAtUpdate, state.rho(), SerializableArray.of(state.z()), null);
  }

  /** Names the weight among all. */
  String key() {
    return layer + '\n' + parameter;
  }

  /** Z, in a new array of the weight's shape and order. */
  INDArray z(INDArray weight) {
    INDArray z = AdmmWorker.like(weight);
    if (form == null) {
      values.copyTo(z);
    } else {
      z.assign(form.weight(values, weight.dataType()).toParameter());
    }
    return z;
  }

  long bytes() {
    return values.bytes();
  }

  /** A {@link TensorForm} for any serializer. */
  private static final class Form implements Serializable {
    private static final long serialVersionUID = 1;

    private final String scheme;
    private final int[] outputModes;
    private final int[] kernel;
    private final int[] inputModes;
    private final int[] ranks;

    Form(TensorForm form) {
      Tensorization t = form.tensorization();
      scheme = t.scheme().name();
      outputModes = ints(t.outputModes());
      kernel = ints(t.kernel());
      inputModes = ints(t.inputModes());
      ranks = ints(form.ranks());
    }

    FactoredWeight weight(SerializableArray values, DataType type) {
      Tensorization t =
          new Tensorization(
              Scheme.valueOf(scheme), list(outputModes), list(kernel), list(inputModes));
      List<INDArray> cores = new ArrayList<>();
      int at = 0;
      for (int k = 0; k < t.modes().size(); k++) {
        int length = ranks[k] * t.modes().get(k) * ranks[k + 1];
        cores.add(
            values
                .slice(at, at + length)
                .toArray(type, 'c', ranks[k], t.modes().get(k), ranks[k + 1]));
        at += length;
      }
      CoreChain chain = ranks[0] == 1 ? new TensorTrain(cores) : new TensorRing(cores);
      return new FactoredWeight(t, chain);
    }

    private static int[] ints(List<Integer> values) {
      return values.stream().mapToInt(Integer::intValue).toArray();
    }

    private static List<Integer> list(int[] values) {
      return Arrays.stream(values).boxed().toList();
    }
  }
}
