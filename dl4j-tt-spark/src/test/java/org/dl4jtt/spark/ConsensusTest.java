package org.dl4jtt.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.admm.AdmmHistory;
import org.dl4jtt.admm.AdmmSettings;
import org.dl4jtt.admm.Constrained;
import org.dl4jtt.constraint.ConstraintSet;
import org.dl4jtt.constraint.FullSpace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Linear regression whose shards differ in size and in what they want; one is empty. */
class ConsensusTest extends OnSpark {
  private static final int INPUTS = 4;
  private static final int[] ROWS = {5, 13, 22, 0}; // of each of four workers
  private static final int STEPS = 25; // an epoch: the whole shard, so many times
  private static final int EPOCHS = 24;

  /** Weights that are not negative: convex, and it binds here. */
  private record NotNegative() implements ConstraintSet {
    @Override
    public void project(INDArray weight, INDArray out) {
      out.assign(Transforms.max(weight, 0));
    }
  }

  private static MultiLayerNetwork network() {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(5)
                .dataType(DataType.DOUBLE)
                .updater(new Sgd(0.1))
                .list()
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .name("out")
                        .nIn(INPUTS)
                        .nOut(1)
                        .hasBias(false)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    net.init();
    return net;
  }

  private static DataSet rows(int quarter) {
    Random random = new Random(quarter);
    int n = ROWS[quarter];
    INDArray x = Nd4j.create(DataType.DOUBLE, Math.max(1, n), INPUTS);
    INDArray y = Nd4j.create(DataType.DOUBLE, Math.max(1, n), 1);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < INPUTS; j++) {
        x.putScalar(i, j, random.nextGaussian());
      }
      double wanted = x.getDouble(i, 0) - 2 * x.getDouble(i, 1) + quarter * x.getDouble(i, 2);
      y.putScalar(i, 0, wanted + random.nextGaussian());
    }
    return new DataSet(x, y);
  }

  /** A quarter for each of four workers; of two, the first has the first two. */
  private static Shard shard() {
    return (worker, workers, epoch) -> {
      DataSet rows =
          workers == 4
              ? rows(worker)
              : worker == 0 ? DataSet.merge(List.of(rows(0), rows(1))) : rows(2);
      int steps = workers == 4 && ROWS[worker] == 0 ? 0 : STEPS;
      return new ExistingDataSetIterator(Collections.nCopies(steps, rows));
    };
  }

  /** Gradient descent on all rows at once, in plain Java, until it stands still. */
  private static double[] optimum(boolean constrained) {
    double[] w = new double[INPUTS];
    List<DataSet> all = List.of(rows(0), rows(1), rows(2));
    for (int step = 0; step < 2_000; step++) {
      double[] gradient = new double[INPUTS];
      for (int quarter = 0; quarter < 3; quarter++) {
        DataSet rows = all.get(quarter);
        for (int i = 0; i < ROWS[quarter]; i++) {
          double error = -rows.getLabels().getDouble(i, 0);
          for (int j = 0; j < INPUTS; j++) {
            error += w[j] * rows.getFeatures().getDouble(i, j);
          }
          for (int j = 0; j < INPUTS; j++) {
            gradient[j] += 2 * error * rows.getFeatures().getDouble(i, j) / 40;
          }
        }
      }
      for (int j = 0; j < INPUTS; j++) {
        w[j] -= 0.05 * gradient[j];
        w[j] = constrained ? Math.max(0, w[j]) : w[j];
      }
    }
    return w;
  }

  private SparkJob job(String name, int workers) {
    return SparkJob.of(sc, folder.resolve(name).toString())
        .withWorkers(workers)
        .withCheckpointEvery(10);
  }

  private SparkAdmm<MultiLayerNetwork> train(ConstraintSet set, int workers) throws IOException {
    SparkAdmm<MultiLayerNetwork> admm =
        SparkAdmm.of(
            job("admm", workers),
            network(),
            List.of(new Constrained("out", "W", set)),
            AdmmSettings.defaults().withRho(3).withEpochs(EPOCHS));
    admm.fit(shard(), EPOCHS);
    return admm;
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void workers_reachTheConstrainedOptimum(int workers) throws IOException {
    SparkAdmm<MultiLayerNetwork> admm = train(new NotNegative(), workers);

    double[] optimum = optimum(true);
    assertThat(optimum).as("the constraint binds").contains(0);
    assertThat(admm.network().params().toDoubleVector()).containsExactly(optimum, within(1e-4));
    assertThat(admm.network().getIterationCount()).isEqualTo(EPOCHS * STEPS);
    List<AdmmHistory.Entry> history = admm.history().entries();
    assertThat(history).hasSize(EPOCHS);
    assertThat(history.get(0).found().residuals().primal()).isGreaterThan(0.1);
    assertThat(history.get(EPOCHS - 1).found().residuals().primal()).isLessThan(1e-3);
  }

  @Test
  void identityAsProjection_reachesTheOptimumThatAveragingMisses() throws IOException {
    SparkAdmm<MultiLayerNetwork> admm = train(new FullSpace(), 4);
    SparkAdmm<MultiLayerNetwork> averaging = SparkAdmm.averaging(job("averaging", 4), network());
    averaging.fit(shard(), EPOCHS);

    double[] optimum = optimum(false);
    assertThat(admm.network().params().toDoubleVector()).containsExactly(optimum, within(1e-4));
    INDArray mean = averaging.network().params();
    assertThat(mean.distance2(Nd4j.createFromArray(optimum).reshape(mean.shape())))
        .isGreaterThan(1e-2);
  }
}
