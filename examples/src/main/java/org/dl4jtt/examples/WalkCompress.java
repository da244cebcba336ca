package org.dl4jtt.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.dl4jtt.admm.AdmmListener;
import org.dl4jtt.admm.AdmmSettings;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.plan.PlannedWeight;
import org.dl4jtt.surgery.ModelSurgery;
import org.dl4jtt.tool.data.ImageSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import picocli.CommandLine.Command;

/**
 * A walk through the second way of use, compression of an ordinary network: trained, planned, cut
 * directly to see what that costs, trained under the constraint instead, decomposed, fine-tuned and
 * saved.
 */
@Command(
    name = "WalkCompress",
    sortOptions = false,
    usageHelpWidth = 100,
    description =
        "A walk-through: an ordinary network is trained, then compressed to 1/16 of its weights,"
            + " step by step. Under two minutes.")
public final class WalkCompress extends Walk {
  private static final int BATCH = 50;
  private static final int BASE_EPOCHS = 5;
  private static final int CONSTRAINED_EPOCHS = 6;
  private static final int FINE_TUNING_EPOCHS = 2;

  WalkCompress(PrintStream console) {
    super(console);
  }

  /** Runs the program; the exit status is 0, or 2 after an error. */
  public static void main(String[] args) {
    System.exit(new WalkCompress(System.out).run(System.out, System.err, args));
  }

  @Override
  public Integer call() throws IOException {
    ImageSet images = training();
    DataSetIterator test = test().batches(500);

    MultiLayerNetwork net = trainOrdinarily(images, test);
    CompressionPlan plan = plan(net);
    cutDirectly(net, plan, test);
    AdmmListener admm = trainUnderConstraint(net, plan, images, test);
    MultiLayerNetwork small = decompose(net, admm, images, test);
    save(small, test);
    return 0;
  }

  private MultiLayerNetwork trainOrdinarily(ImageSet images, DataSetIterator test) {
    tell.step("An ordinary network");
    MultiLayerNetwork net = OrdinaryNetwork.create(images);
    tell.say(
        "Nothing of ours in it: two dense layers and a classifier, trained for %d epochs on %,d"
            + " images.",
        BASE_EPOCHS, images.count());
    for (int epoch = 0; epoch < BASE_EPOCHS; epoch++) {
      net.fit(images.shuffled(BATCH, 1, epoch));
    }
    tell.show("%,d weights, accuracy %.3f", net.numParams(), accuracy(net, test));
    return net;
  }

  private CompressionPlan plan(MultiLayerNetwork net) {
    tell.step("A plan");
    tell.say(
        "CompressionPlan.of(net).weights(1 / 16.0).build() looks at the singular values of all"
            + " layers together and picks modes and ranks for each, so that the whole network keeps"
            + " a sixteenth of its weights. plan.toJson() is a file to read, edit and keep.");
    CompressionPlan plan = CompressionPlan.of(net).weights(1 / 16.0).build();
    for (PlannedWeight weight : plan.weights()) {
      tell.show(
          "%s: %,d -> %,d weights, %s",
          weight.layer(), weight.weightsBefore(), weight.weightsAfter(), weight.form());
    }
    plan.leftAlone().forEach(left -> tell.show("%s: left alone, %s", left.layer(), left.reason()));
    return plan;
  }

  private void cutDirectly(MultiLayerNetwork net, CompressionPlan plan, DataSetIterator test) {
    tell.step("What cutting costs");
    tell.say(
        "ModelSurgery.decompose(net, plan) needs no data: TT-SVD of every weight. A trained weight"
            + " is not of low rank by itself, so this hurts:");
    tell.show("accuracy %.3f", accuracy(ModelSurgery.decompose(net, plan), test));
  }

  private AdmmListener trainUnderConstraint(
      MultiLayerNetwork net, CompressionPlan plan, ImageSet images, DataSetIterator test) {
    tell.step("Train under the constraint");
    tell.say(
        "One more listener and the same fit(): ADMM draws every planned weight W towards its"
            + " nearest member Z of low rank. Watch the distance |W - Z| / |W| fall, and the"
            + " accuracy with Z in place of W come up to that of W.");
    AdmmListener admm =
        new AdmmListener(
            plan,
            AdmmSettings.defaults()
                .withEpochs(CONSTRAINED_EPOCHS)
                .withIterationsPerEpoch((images.count() + BATCH - 1) / BATCH));
    net.addListeners(admm);
    for (int epoch = 1; epoch <= CONSTRAINED_EPOCHS; epoch++) {
      net.fit(images.shuffled(BATCH, 1, BASE_EPOCHS + epoch));
      double distance =
          admm.history().last().stream()
              .mapToDouble(entry -> entry.found().relativeDistance())
              .max()
              .orElseThrow();
      tell.show(
          "epoch %d: distance %.3f, accuracy with W %.3f, with Z %.3f",
          epoch, distance, accuracy(net, test), admm.projected(net, () -> accuracy(net, test)));
    }
    return admm;
  }

  private MultiLayerNetwork decompose(
      MultiLayerNetwork net, AdmmListener admm, ImageSet images, DataSetIterator test) {
    tell.step("Decompose, fine-tune");
    tell.say(
        "admm.decompose(net) replaces each planned layer by a tensor layer of the same name; %d"
            + " more epochs train the cores.",
        FINE_TUNING_EPOCHS);
    MultiLayerNetwork small = admm.decompose(net);
    tell.show("decomposed: %,d weights, accuracy %.3f", small.numParams(), accuracy(small, test));
    for (int epoch = 0; epoch < FINE_TUNING_EPOCHS; epoch++) {
      small.fit(images.shuffled(BATCH, 2, epoch));
    }
    tell.show("fine-tuned: accuracy %.3f", accuracy(small, test));
    return small;
  }

  private void save(MultiLayerNetwork small, DataSetIterator test) throws IOException {
    tell.step("Save, restore, go back");
    Path smallZip = out().resolve("small.zip");
    Path denseZip = out().resolve("dense.zip");
    Files.createDirectories(out());
    ModelSerializer.writeModel(small, smallZip.toFile(), false);
    ModelSerializer.writeModel(ModelSurgery.toDense(small), denseZip.toFile(), false);
    tell.say(
        "%s is an ordinary DL4J zip, restored with dl4j-tt-layers on the class path; %s, made by"
            + " ModelSurgery.toDense(small), is the same function for DL4J alone.",
        smallZip, denseZip);
    tell.show(
        "small.zip: %,d bytes, accuracy %.3f", Files.size(smallZip), restored(smallZip, test));
    tell.show(
        "dense.zip: %,d bytes, accuracy %.3f", Files.size(denseZip), restored(denseZip, test));
  }

  private static double restored(Path zip, DataSetIterator test) throws IOException {
    return accuracy(ModelSerializer.restoreMultiLayerNetwork(zip.toFile()), test);
  }

  private static double accuracy(MultiLayerNetwork net, DataSetIterator test) {
    return net.evaluate(test).accuracy();
  }
}
