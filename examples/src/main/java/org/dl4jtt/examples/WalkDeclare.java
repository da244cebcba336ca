package org.dl4jtt.examples;

import static org.dl4jtt.internal.Check.argument;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.EarlyStoppingResult;
import org.deeplearning4j.earlystopping.saver.InMemoryModelSaver;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.earlystopping.termination.ScoreImprovementEpochTerminationCondition;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingTrainer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.optimize.listeners.CheckpointListener;
import org.dl4jtt.accelerate.NativeHelpers;
import org.dl4jtt.examples.trial.Classifier;
import org.dl4jtt.layers.TTConv;
import org.dl4jtt.layers.TTDense;
import org.dl4jtt.tool.data.ImageSet;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import picocli.CommandLine.Command;

/**
 * A walk through the first way of use, tensor layers in a network of one's own: declared, trained
 * with early stopping and checkpoints, evaluated, restored, and taught another task.
 */
@Command(
    name = "WalkDeclare",
    sortOptions = false,
    usageHelpWidth = 100,
    description =
        "A walk-through: a network with tensor-train layers is declared, trained, evaluated,"
            + " restored and taught another task. Under two minutes.")
public final class WalkDeclare extends Walk {
  private static final int BATCH = 50;
  private static final int MOST_EPOCHS = 6;
  private static final List<Integer> SHOES = List.of(5, 7, 9); // sandal, sneaker, ankle boot

  WalkDeclare(PrintStream console) {
    super(console);
  }

  /** Runs the program; the exit status is 0, or 2 after an error. */
  public static void main(String[] args) {
    System.exit(new WalkDeclare(System.out).run(System.out, System.err, args));
  }

  @Override
  public Integer call() throws IOException {
    ImageSet images = training();
    ImageSet testImages = test();
    List<DataSet> batches = new ArrayList<>();
    images.shuffled(BATCH, 1, 0).forEachRemaining(batches::add);
    argument(
        batches.size() >= 2, "--images: %d of them are too few; give 100 or more", images.count());
    int held = Math.max(1, batches.size() / 10);
    DataSetIterator held10th = iterator(batches.subList(0, held));
    DataSetIterator train = iterator(batches.subList(held, batches.size()));
    DataSetIterator test = testImages.batches(500);

    MultiLayerNetwork network = declare(images);
    MultiLayerNetwork best = train(network, train, held10th);
    evaluate(best, test);
    restore(test);
    teachAnotherTask(best, train, test);
    return 0;
  }

  private MultiLayerNetwork declare(ImageSet images) {
    tell.step("Declare");
    MultiLayerConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .seed(1)
            .updater(new Adam(1e-3))
            .weightInit(WeightInit.RELU)
            .activation(Activation.RELU)
            .list()
            .layer(new ConvolutionLayer.Builder(5, 5).name("conv1").stride(2, 2).nOut(16).build())
            .layer(new TTConv.Builder(3, 3).name("conv2").nOut(32).ranks(8, 8).build())
            .layer(
                new SubsamplingLayer.Builder().name("pool").kernelSize(2, 2).stride(2, 2).build())
            .layer(
                new TTDense.Builder()
                    .name("dense")
                    .nOut(512)
                    .inputModes(8, 10, 10)
                    .outputModes(8, 8, 8)
                    .ranks(8)
                    .build())
            .layer(Classifier.of(ImageSet.CLASSES))
            .setInputType(InputType.convolutional(images.height(), images.width(), 1))
            .build();
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    tell.say(
        "TTConv and TTDense stand where a ConvolutionLayer and a DenseLayer would. Their weights"
            + " exist as small cores only; the bias b is as ever. \"dense\" maps 800 values to 512:"
            + " the 409,600 weights of a matrix are %,d here.",
        weights(network, "dense"));
    tell.show("%s", network.summary());
    return network;
  }

  private static long weights(MultiLayerNetwork network, String layer) {
    return network.getLayer(layer).paramTable(false).entrySet().stream()
        .filter(parameter -> parameter.getKey().startsWith("core"))
        .mapToLong(parameter -> parameter.getValue().length())
        .sum();
  }

  private MultiLayerNetwork train(
      MultiLayerNetwork network, DataSetIterator train, DataSetIterator held10th)
      throws IOException {
    tell.step("Train");
    tell.say(
        "By fit() as ever, here inside DL4J's early stopping: at most %d epochs, and an end when"
            + " the loss on a held-out tenth of the training images has not improved for two. A"
            + " CheckpointListener saves every epoch; %d stock convolution gets the native helper"
            + " of org.dl4jtt.accelerate.",
        MOST_EPOCHS, NativeHelpers.enable(network));
    Files.createDirectories(out());
    network.addListeners(
        new CheckpointListener.Builder(out().toFile())
            .deleteExisting(true)
            .saveEveryNEpochs(1)
            .keepLast(1)
            .logSaving(false)
            .build());
    EarlyStoppingConfiguration<MultiLayerNetwork> stopping =
        new EarlyStoppingConfiguration.Builder<MultiLayerNetwork>()
            .epochTerminationConditions(
                new MaxEpochsTerminationCondition(MOST_EPOCHS),
                new ScoreImprovementEpochTerminationCondition(2))
            .scoreCalculator(new DataSetLossCalculator(held10th, true))
            .modelSaver(new InMemoryModelSaver<>())
            .build();
    EarlyStoppingResult<MultiLayerNetwork> result =
        new EarlyStoppingTrainer(stopping, network, train).fit();
    result
        .getScoreVsEpoch()
        .forEach((epoch, loss) -> tell.show("epoch %d: held-out loss %.3f", epoch + 1, loss));
    tell.show("the best was epoch %d", result.getBestModelEpoch() + 1);
    return result.getBestModel();
  }

  private void evaluate(MultiLayerNetwork network, DataSetIterator test) {
    tell.step("Evaluate");
    tell.say("With DL4J's Evaluation, on test images that had no part in any of this:");
    Evaluation evaluation = network.evaluate(test);
    tell.show(
        "accuracy %.3f, precision %.3f, recall %.3f, F1 %.3f",
        evaluation.accuracy(), evaluation.precision(), evaluation.recall(), evaluation.f1());
  }

  private void restore(DataSetIterator test) {
    tell.step("Restore");
    Path folder = out();
    MultiLayerNetwork restored = CheckpointListener.loadLastCheckpointMLN(folder.toFile());
    tell.say(
        "The last checkpoint is an ordinary DL4J zip in %s. Restoring takes dl4j-tt-layers on the"
            + " class path and no word of code:",
        folder);
    tell.show("last epoch, restored: accuracy %.3f", restored.evaluate(test).accuracy());
  }

  private void teachAnotherTask(
      MultiLayerNetwork network, DataSetIterator train, DataSetIterator test) {
    tell.step("Teach it another task");
    tell.say(
        "Shoe or no shoe: DL4J's TransferLearning freezes everything up to \"dense\", cores"
            + " included, and puts a new classifier on top, trained for one epoch.");
    MultiLayerNetwork shoes =
        new TransferLearning.Builder(network)
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder().updater(new Adam(1e-3)).seed(2).build())
            .setFeatureExtractor(3)
            .removeOutputLayer()
            .addLayer(
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .nIn(512)
                    .nOut(2)
                    .activation(Activation.SOFTMAX)
                    .build())
            .build();
    INDArray before = shoes.getLayer(3).getParam("core0").dup();
    shoes.fit(shoeOrNot(train));
    boolean same = before.equals(shoes.getLayer(3).getParam("core0"));
    tell.show(
        "accuracy %.3f; cores of the frozen layer %s",
        shoes.evaluate(shoeOrNot(test)).accuracy(), same ? "unchanged" : "changed");
  }

  private static DataSetIterator shoeOrNot(DataSetIterator images) {
    List<DataSet> relabelled = new ArrayList<>();
    images.reset();
    while (images.hasNext()) {
      DataSet batch = images.next();
      INDArray classes = batch.getLabels().argMax(1);
      INDArray labels = Nd4j.zeros(batch.numExamples(), 2);
      for (int i = 0; i < batch.numExamples(); i++) {
        labels.putScalar(i, SHOES.contains(classes.getInt(i)) ? 1 : 0, 1);
      }
      relabelled.add(new DataSet(batch.getFeatures(), labels));
    }
    return iterator(relabelled);
  }

  private static DataSetIterator iterator(List<DataSet> batches) {
    List<DataSet> examples = new ArrayList<>();
    batches.forEach(batch -> examples.addAll(batch.asList()));
    return new ListDataSetIterator<>(examples, BATCH);
  }
}
