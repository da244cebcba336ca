package org.dl4jtt.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dl4jtt.compress.RandomData.random;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.surgery.ModelSurgery;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class TensorPhaseTrainerTest {
  private static final Function<Model, CompressionPlan> HALF =
      net -> CompressionPlan.of(net).weights(0.5).build();

  private static MultiLayerNetwork net() {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .dataType(DataType.DOUBLE)
                .updater(new Nesterovs(0.05, 0.9))
                .activation(Activation.TANH)
                .list()
                .layer(new DenseLayer.Builder().name("fc1").nOut(32).build())
                .layer(new DenseLayer.Builder().name("fc2").nOut(32).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .name("out")
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.feedForward(16))
                .build());
    net.init();
    return net;
  }

  private static DataSetIterator data() {
    INDArray x = random(2, 64, 16);
    INDArray y = Nd4j.create(DataType.DOUBLE, 64, 1);
    for (int i = 0; i < 64; i++) {
      y.putScalar(i, 0, Math.tanh(x.getDouble(i, 0) - x.getDouble(i, 3)));
    }
    return new ListDataSetIterator<>(new DataSet(x, y).asList(), 16);
  }

  @Test
  void network_isTrainedInTensorForm_andDenseInTheEnd() {
    MultiLayerNetwork net = net();
    INDArray before = net.params().dup();
    List<Long> sizes = new ArrayList<>();
    MultiLayerNetwork trained =
        TensorPhaseTrainer.of(net)
            .denseEpochs(2)
            .tensorEpochs(3)
            .plan(HALF)
            .trainingListeners(
                new BaseTrainingListener() {
                  @Override
                  public void onEpochEnd(Model model) {
                    sizes.add(model.numParams());
                  }
                })
            .run(data());

    MultiLayerNetwork byHand = net();
    byHand.fit(data(), 2);
    MultiLayerNetwork small = ModelSurgery.decompose(byHand, HALF.apply(byHand));
    small.fit(data(), 3);
    byHand = ModelSurgery.toDense(small);

    assertThat(trained.params()).isEqualTo(byHand.params());
    assertThat(trained.numParams()).isEqualTo(net.numParams());
    assertThat(trained.getLayerWiseConfigurations().toJson()).doesNotContain("dl4jtt");
    assertThat(trained.getListeners()).isEmpty();
    assertThat(trained.getEpochCount()).isEqualTo(5);
    long dense = net.numParams();
    assertThat(sizes).startsWith(dense, dense).hasSize(5);
    assertThat(sizes.get(2)).isLessThan(dense * 3 / 4).isEqualTo(sizes.get(4));
    assertThat(net.params()).isEqualTo(before);
    assertThat(trained.score(data().next())).isLessThan(net.score(data().next()));
  }

  @Test
  void epochs_outOfRange_areNamed() {
    assertThatThrownBy(() -> TensorPhaseTrainer.of(net()).denseEpochs(-1))
        .hasMessage("denseEpochs is -1; it must be 0 or more");
    assertThatThrownBy(() -> TensorPhaseTrainer.of(net()).tensorEpochs(0))
        .hasMessage("tensorEpochs is 0; it must be 1 or more");
  }
}
