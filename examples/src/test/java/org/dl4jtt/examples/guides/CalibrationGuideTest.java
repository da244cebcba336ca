package org.dl4jtt.examples.guides;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.calibrate.Calibration;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.surgery.ModelSurgery;
import org.dl4jtt.tool.cli.Programs;
import org.dl4jtt.tool.data.ImageSet;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The code of docs/compress.md on conversion by what the data says. */
class CalibrationGuideTest {

  @Test
  void calibratedConversion_keepsWhatPlainConversionLoses() throws IOException {
    DataSetIterator train =
        ImageSet.training(Programs.shipped("fashion-mnist")).first(2_000).shuffled(50, 1, 0);
    DataSetIterator test =
        ImageSet.test(Programs.shipped("fashion-mnist")).first(1_000).batches(500);
    MultiLayerNetwork net = network();
    net.fit(train, 4);

    Calibration calibration = Calibration.of(net).examples(500).run(train); // no labels needed
    CompressionPlan plan =
        CompressionPlan.of(net).weights(1 / 8.0).calibration(calibration).build();
    MultiLayerNetwork small = ModelSurgery.decompose(net, plan, calibration);

    double dense = net.evaluate(test).accuracy();
    double calibrated = small.evaluate(test).accuracy();
    double plain = ModelSurgery.decompose(net, plan).evaluate(test).accuracy();
    assertThat(calibrated).isGreaterThan(plain).isGreaterThan(dense - 0.05);
  }

  private static MultiLayerNetwork network() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Nesterovs(0.02, 0.9))
                .activation(Activation.RELU)
                .list()
                .layer(new DenseLayer.Builder().name("fc1").nOut(128).build())
                .layer(new DenseLayer.Builder().name("fc2").nOut(128).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .name("classifier")
                        .nOut(10)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(28, 28, 1))
                .build());
    network.init();
    return network;
  }
}
