package org.dl4jtt.tool;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.CapsuleLayer;
import org.deeplearning4j.nn.conf.layers.CapsuleStrengthLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocallyConnected1D;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PrimaryCapsules;
import org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLambdaLayer;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.layers.TTDense;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Trains one network of each family of layers by a step; a program of its own. */
public final class LayerFamilies {
  private LayerFamilies() {}

  /** One family: what goes in, and the layers before the output. */
  private record Family(InputType input, Layer... layers) {}

  /** A lambda of SameDiff. */
  public static final class Twice extends SameDiffLambdaLayer {
    private static final long serialVersionUID = 1;

    @Override
    public SDVariable defineLayer(SameDiff sameDiff, SDVariable layerInput) {
      return layerInput.mul(2);
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType inputType) {
      return inputType;
    }
  }

  private static Map<String, Family> families() {
    InputType rows = InputType.feedForward(6);
    InputType images = InputType.convolutional(8, 8, 2);
    InputType steps = InputType.recurrent(4, 5);
    Layer pooling = new GlobalPoolingLayer.Builder().build();
    Map<String, Family> families = new LinkedHashMap<>();
    families.put("dense", new Family(rows, new DenseLayer.Builder().nOut(5).build()));
    families.put(
        "tensor",
        new Family(
            rows,
            new TTDense.Builder().inputModes(2, 3).outputModes(2, 3).ranks(2).nOut(6).build()));
    families.put(
        "convolution", new Family(images, new ConvolutionLayer.Builder(3, 3).nOut(3).build()));
    families.put("recurrent", new Family(steps, new LSTM.Builder().nOut(3).build(), pooling));
    families.put(
        "masking",
        new Family(
            steps,
            new MaskZeroLayer.Builder()
                .setUnderlying(new LSTM.Builder().nOut(3).build())
                .setMaskValue(0)
                .build(),
            pooling));
    families.put(
        "attention",
        new Family(
            steps,
            new SelfAttentionLayer.Builder().nOut(4).nHeads(2).projectInput(true).build(),
            pooling));
    families.put(
        "recurrent attention",
        new Family(
            steps,
            new RecurrentAttentionLayer.Builder()
                .nIn(4)
                .nOut(4)
                .nHeads(1)
                .projectInput(false)
                .build(),
            pooling));
    families.put(
        "locally connected",
        new Family(images, new LocallyConnected2D.Builder().kernelSize(3, 3).nOut(2).build()));
    families.put(
        "locally connected, one-dimensional",
        new Family(steps, new LocallyConnected1D.Builder().kernelSize(2).nOut(2).build(), pooling));
    families.put(
        "capsules",
        new Family(
            images,
            new PrimaryCapsules.Builder(4, 2).kernelSize(3, 3).stride(2, 2).build(),
            new CapsuleLayer.Builder(3, 4, 2).build(),
            new CapsuleStrengthLayer.Builder().build()));
    families.put("lambda", new Family(rows, new DenseLayer.Builder().nOut(5).build(), new Twice()));
    return families;
  }

  private static double scoreAfterAStep(Family family) {
    var list = new NeuralNetConfiguration.Builder().seed(1).list();
    for (Layer layer : family.layers) {
      list.layer(layer);
    }
    list.layer(new OutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build());
    MultiLayerNetwork network = new MultiLayerNetwork(list.setInputType(family.input).build());
    network.init();
    INDArray x = Nd4j.rand(shape(family.input));
    network.fit(new DataSet(x, Nd4j.create(new float[][] {{1, 0}, {0, 1}})));
    return network.score();
  }

  private static long[] shape(InputType input) {
    long[] shape = input.getShape(true);
    shape[0] = 2;
    return shape;
  }

  /** Prints "works: NAME" for each family. */
  public static void main(String[] args) {
    families()
        .forEach(
            (name, family) -> {
              double score = scoreAfterAStep(family);
              System.out.println((Double.isFinite(score) ? "works: " : "not finite: ") + name);
            });
  }
}
