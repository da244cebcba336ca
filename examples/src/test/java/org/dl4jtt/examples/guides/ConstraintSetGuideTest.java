package org.dl4jtt.examples.guides;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.dl4jtt.admm.AdmmListener;
import org.dl4jtt.admm.AdmmSettings;
import org.dl4jtt.admm.Constrained;
import org.dl4jtt.constraint.ConstraintSet;
import org.dl4jtt.tool.cli.Programs;
import org.dl4jtt.tool.data.ImageSet;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The set that docs/constraint-set.md writes, and what the guide does with it. */
class ConstraintSetGuideTest {

  @Test
  void project_givesTheNearestOfAllMembers() {
    INDArray weight =
        Nd4j.createFromArray(
            new double[][] {{3, 0, 2, 2}, {0, 0, 2, 2}, {1, 1, 9, 0}, {1, 1, 0, 0}});
    INDArray out = Nd4j.valueArrayOf(new long[] {4, 4}, 7.0, DataType.DOUBLE);
    INDArray before = weight.dup();
    new BlockSparseSet(4, 4, 2, 2).project(weight, out);
    // Squared norms of the blocks: 9, 16, 4, 81. Every pair of blocks but these two leaves more
    // out.
    INDArray nearest =
        Nd4j.createFromArray(
            new double[][] {{0, 0, 2, 2}, {0, 0, 2, 2}, {0, 0, 9, 0}, {0, 0, 0, 0}});
    assertThat(out).isEqualTo(nearest);
    assertThat(weight).isEqualTo(before);
  }

  @Test
  void project_doesNotDependOnMemoryOrder_andLeavesMembersAlone() {
    Nd4j.getRandom().setSeed(5);
    BlockSparseSet set = new BlockSparseSet(12, 8, 4, 3);
    INDArray weight = Nd4j.randn(DataType.DOUBLE, 12, 8);
    INDArray fromC = Nd4j.create(DataType.DOUBLE, new long[] {12, 8}, 'f');
    INDArray fromF = Nd4j.create(DataType.DOUBLE, 12, 8);
    set.project(weight.dup('c'), fromC);
    set.project(weight.dup('f'), fromF);
    assertThat(fromF).isEqualTo(fromC);
    INDArray again = Nd4j.create(DataType.DOUBLE, 12, 8);
    set.project(fromC, again);
    assertThat(again).isEqualTo(fromC);
  }

  @Test
  void blocksThatDoNotTile_areRefused() {
    assertThatThrownBy(() -> new BlockSparseSet(10, 8, 4, 1))
        .hasMessage("blocks of 4 by 4 do not tile a weight of 10 by 8");
    assertThatThrownBy(() -> new BlockSparseSet(8, 8, 4, 5)).hasMessage("5 blocks kept of 4");
  }

  @Test
  void trainingUnderTheSet_keepsTheAccuracyThatCuttingAfterwardsLoses() throws IOException {
    ImageSet training = ImageSet.training(Programs.shipped("fashion-mnist")).first(2_000);
    ImageSet testImages = ImageSet.test(Programs.shipped("fashion-mnist")).first(1_000);
    DataSetIterator train = training.shuffled(50, 1, 0);
    DataSetIterator test = testImages.batches(500);
    MultiLayerNetwork net = network();
    net.fit(train, 6);

    INDArray cut = Nd4j.create(DataType.FLOAT, 784, 128);
    MultiLayerNetwork afterwards = net.clone();
    new BlockSparseSet(784, 128, 16, 20).project(afterwards.getLayer(0).getParam("W"), cut);
    afterwards.getLayer(0).getParam("W").assign(cut);

    // ---- what the guide shows ----
    ConstraintSet set = new BlockSparseSet(784, 128, 16, 20); // 20 of 392 blocks
    AdmmListener admm =
        AdmmListener.of(
            List.of(new Constrained("fc1", "W", set)), AdmmSettings.defaults().withEpochs(8));
    net.addListeners(admm);
    net.fit(train, 8);
    MultiLayerNetwork sparse = admm.projected(net, net::clone); // Z in place of W, for good
    // ------------------------------

    INDArray w = sparse.getLayer(0).getParam("W");
    assertThat(nonZeroBlocks(w)).isEqualTo(20);
    assertThat(nonZeroBlocks(net.getLayer(0).getParam("W"))).isEqualTo(392);
    double trained = sparse.evaluate(test).accuracy();
    double direct = afterwards.evaluate(test).accuracy();
    // Seen: 0.68 against 0.27, and 0.73 for W itself; 0.1 leaves room for another BLAS.
    assertThat(trained).isGreaterThan(direct + 0.1);
  }

  private static int nonZeroBlocks(INDArray w) {
    int count = 0;
    for (int i = 0; i < 784; i += 16) {
      for (int j = 0; j < 128; j += 16) {
        INDArray block = w.get(NDArrayIndex.interval(i, i + 16), NDArrayIndex.interval(j, j + 16));
        count += block.norm1Number().doubleValue() > 0 ? 1 : 0;
      }
    }
    return count;
  }

  private static MultiLayerNetwork network() {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Nesterovs(0.05, 0.9))
                .weightInit(WeightInit.RELU)
                .list()
                .layer(
                    new DenseLayer.Builder()
                        .name("fc1")
                        .nOut(128)
                        .activation(Activation.RELU)
                        .build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(10)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(28, 28, 1))
                .build());
    net.init();
    return net;
  }
}
