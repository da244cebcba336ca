package org.dl4jtt.tool.random;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.compress.Compressor;
import org.dl4jtt.compress.EpochData;
import org.dl4jtt.layers.convert.StockWeights;
import org.dl4jtt.layers.convert.WeightShape;
import org.dl4jtt.plan.CompressionPlan;
import org.dl4jtt.plan.NetworkCost;
import org.dl4jtt.plan.NetworkLayer;
import org.dl4jtt.plan.PlanBuilder;
import org.dl4jtt.surgery.ModelFiles;
import org.dl4jtt.surgery.ModelSurgery;
import org.dl4jtt.tensor.Scheme;
import org.dl4jtt.tensor.TensorForm;
import org.dl4jtt.tool.random.RandomNetworks.Drawn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Everything that the library does to a network, on networks drawn at random: it works, or the
 * layer is refused by name before anything is trained.
 *
 * <pre>
 *   mvn test -pl dl4j-tt-tool -am -Dtest=RandomNetworksTest -Dsurefire.failIfNoSpecifiedTests=false \
 *       -Ddl4jtt.networks=20000 -Ddl4jtt.networks.seed=1
 * </pre>
 */
class RandomNetworksTest {
  private static final int NETWORKS = Integer.getInteger("dl4jtt.networks", 300);
  private static final long SEED = Long.getLong("dl4jtt.networks.seed", 20_261_127);

  @TempDir private static Path folder;

  @Test
  void everyNetwork_worksOrIsRefusedByName() {
    List<String> bad = new ArrayList<>();
    Map<String, Integer> counts = new LinkedHashMap<>();
    int tried = 0;
    for (long seed = SEED; tried < NETWORKS; seed++) {
      Drawn drawn = RandomNetworks.draw(seed);
      if (drawn == null) {
        counts.merge("refused by Deeplearning4j", 1, Integer::sum);
        continue;
      }
      tried++;
      for (Step step : Step.values()) {
        try {
          step.run(drawn);
          counts.merge(step + " works", 1, Integer::sum);
        } catch (IllegalArgumentException refused) {
          counts.merge(step + " refused", 1, Integer::sum);
          if (refused.getMessage() == null || !names(refused.getMessage(), drawn)) {
            bad.add(line(drawn, step, refused));
          }
        } catch (Exception | AssertionError e) {
          bad.add(line(drawn, step, e));
        }
      }
    }
    System.out.println("random networks from seed " + SEED + ": " + counts);
    assertThat(bad).as("%d of %d networks", bad.size(), tried).isEmpty();
  }

  private static String line(Drawn drawn, Step step, Throwable e) {
    StackTraceElement[] trace = e.getStackTrace();
    return "seed %d %s, %s: %s%s"
        .formatted(
            drawn.seed(), drawn.layers(), step, e, trace.length > 0 ? " at " + trace[0] : "");
  }

  /** A person can act on a message that names a layer, or what can be reached. */
  private static boolean names(String message, Drawn drawn) {
    if (message.contains("cannot be trained on the first mini-batch")) {
      return !drawn.trainable(); // what Deeplearning4j trains has to be trained
    }
    return message.contains("layer") || message.contains("reach");
  }

  private enum Step {
    COUNT {
      @Override
      void run(Drawn drawn) {
        NetworkCost cost = NetworkCost.of(drawn.network(), drawn.input());
        assertThat(cost.weights()).isEqualTo(drawn.network().numParams());
      }
    },
    PLAN {
      @Override
      void run(Drawn drawn) {
        for (PlanBuilder builder :
            List.of(
                CompressionPlan.of(drawn.network()).weights(0.7),
                CompressionPlan.of(drawn.network()).flops(0.9).inputTypes(drawn.input()))) {
          try {
            CompressionPlan plan = builder.build();
            assertThat(CompressionPlan.fromJson(plan.toJson())).isEqualTo(plan);
          } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).contains("out of reach");
          }
        }
      }
    },
    DECOMPOSE_AT_FULL_RANK {
      @Override
      void run(Drawn drawn) throws IOException {
        CompressionPlan plan = fullRank(drawn.network());
        if (plan.weights().isEmpty()) {
          return;
        }
        Model small = decompose(drawn.network(), plan);
        INDArray expected = output(drawn, drawn.network());
        same(expected, output(drawn, small));
        Path file = folder.resolve("small.zip");
        ModelFiles.write(small, file);
        same(output(drawn, small), output(drawn, ModelFiles.read(file)));
        same(expected, output(drawn, toDense(small)));
      }
    },
    COMPRESS {
      @Override
      void run(Drawn drawn) throws IOException {
        CompressionPlan plan = fullRank(drawn.network());
        if (plan.weights().isEmpty()) {
          return;
        }
        INDArray before = drawn.network().params().dup();
        EpochData data =
            EpochData.ofDataSets(
                epoch -> new ExistingDataSetIterator(List.of(drawn.batch().copy())));
        Model small =
            drawn.network() instanceof ComputationGraph graph
                ? Compressor.of(graph, plan)
                    .admmEpochs(1)
                    .fineTuningEpochs(1)
                    .run(data, net -> 0)
                    .network()
                : Compressor.of((MultiLayerNetwork) drawn.network(), plan)
                    .admmEpochs(1)
                    .fineTuningEpochs(1)
                    .run(data, net -> 0)
                    .network();
        output(drawn, small); // finite
        assertThat(drawn.network().params()).isEqualTo(before);
      }
    };

    abstract void run(Drawn drawn) throws IOException;
  }

  /** Every weight that has a tensor layer, at ranks that lose nothing. */
  private static CompressionPlan fullRank(Model network) {
    PlanBuilder plan = CompressionPlan.of(network);
    CompressionPlan probe = CompressionPlan.of(network).build();
    for (NetworkLayer layer : NetworkLayer.of(network)) {
      boolean left =
          probe.leftAlone().stream()
              .anyMatch(
                  l -> l.layer().equals(layer.name()) && l.reason().contains("tensor counterpart"));
      for (Map.Entry<String, WeightShape> weight :
          StockWeights.of(layer.configuration()).entrySet()) {
        WeightShape shape = weight.getValue();
        boolean recurrent = weight.getKey().endsWith("RW");
        boolean backward = weight.getKey().equals("bW");
        if (!left && !recurrent && !backward) {
          TensorForm form =
              TensorForm.train(
                  shape.tensorization(
                      Scheme.SEPARATED, List.of(shape.outputs()), List.of(shape.inputs())),
                  10_000);
          plan.layer(layer.name(), form);
        }
      }
    }
    return plan.build();
  }

  private static Model decompose(Model network, CompressionPlan plan) {
    return network instanceof ComputationGraph graph
        ? ModelSurgery.decompose(graph, plan)
        : ModelSurgery.decompose((MultiLayerNetwork) network, plan);
  }

  private static Model toDense(Model network) {
    return network instanceof ComputationGraph graph
        ? ModelSurgery.toDense(graph)
        : ModelSurgery.toDense((MultiLayerNetwork) network);
  }

  private static INDArray output(Drawn drawn, Model network) {
    return RandomNetworks.output(
        network, drawn.batch().getFeatures(), drawn.batch().getFeaturesMaskArray());
  }

  /** To the rounding of a few layers of floats, relative to the largest output. */
  private static void same(INDArray expected, INDArray found) {
    double scale = Math.max(1, expected.amaxNumber().doubleValue());
    assertThat(expected.sub(found).amaxNumber().doubleValue()).isLessThan(2e-4 * scale);
  }
}
