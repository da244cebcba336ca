package org.dl4jtt.calibrate;

import static org.dl4jtt.internal.Check.argument;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.dl4jtt.accelerate.NativeHelpers;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A copy of a network that runs step by step, as in inference, so that what enters and leaves every
 * weight can be seen, and weights replaced. A MultiLayerNetwork becomes a graph that is a chain.
 */
final class WorkingCopy {
  private final ComputationGraph graph;
  private final Map<Integer, Step> steps = new LinkedHashMap<>();

  private WorkingCopy(ComputationGraph graph) {
    this.graph = graph;
  }

  /** Copies; the network is only read. */
  static WorkingCopy of(Model network) {
    Map<String, Map<String, INDArray>> parameters = new HashMap<>();
    ComputationGraphConfiguration configuration;
    if (network instanceof ComputationGraph source) {
      argument(source.getVertices() != null, "the graph is not initialised; call init() first");
      for (GraphVertex vertex : source.getVertices()) {
        Map<String, INDArray> table = vertex.paramTable(false);
        parameters.put(vertex.getVertexName(), table == null ? Map.of() : table);
      }
      configuration = WorkingConfiguration.of(source.getConfiguration());
    } else {
      argument(
          network instanceof MultiLayerNetwork,
          "a MultiLayerNetwork or a ComputationGraph is needed, got a %s",
          network == null ? "null" : network.getClass().getName());
      MultiLayerNetwork source = (MultiLayerNetwork) network;
      argument(source.getLayers() != null, "the network is not initialised; call init() first");
      List<String> names = names(source);
      for (int i = 0; i < names.size(); i++) {
        parameters.put(names.get(i), source.getLayer(i).paramTable(false));
      }
      configuration = WorkingConfiguration.of(source.getLayerWiseConfigurations(), names);
    }
    return new Assembly(configuration, parameters).copy();
  }

  private static List<String> names(MultiLayerNetwork network) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < network.getnLayers(); i++) {
      String name = network.getLayerWiseConfigurations().getConf(i).getLayer().getLayerName();
      names.add(name == null || name.isEmpty() ? String.valueOf(i) : name);
      argument(
          names.indexOf(names.get(i)) == i,
          "two layers are called \"%s\"; give every layer a name of its own",
          names.get(i));
    }
    return names;
  }

  /** Makes the graph and its steps. */
  private record Assembly(
      ComputationGraphConfiguration configuration, Map<String, Map<String, INDArray>> parameters) {

    WorkingCopy copy() {
      Map<String, LinearLayers.Prepared> prepared = new HashMap<>();
      configuration
          .getVertices()
          .forEach(
              (name, vertex) -> {
                if (vertex instanceof LayerVertex layer) {
                  prepared.put(name, LinearLayers.prepare(layer.getLayerConf()));
                }
              });
      long length = 0;
      for (var vertex : configuration.getVertices().values()) {
        vertex.setDataType(configuration.getDataType());
        length += vertex.numParams(true);
      }
      ComputationGraph graph = new ComputationGraph(configuration);
      graph.init(length == 0 ? null : Nd4j.create(configuration.getDataType(), 1, length), false);
      graph.initGradientsView();
      NativeHelpers.enable(graph);
      WorkingCopy copy = new WorkingCopy(graph);
      for (int index : graph.topologicalSortOrder()) {
        GraphVertex vertex = graph.getVertices()[index];
        if (vertex.isInputVertex()) {
          continue;
        }
        LinearLayers.Prepared layer = prepared.get(vertex.getVertexName());
        Map<String, INDArray> values = parameters.getOrDefault(vertex.getVertexName(), Map.of());
        copy.steps.put(index, layer == null ? general(vertex, values) : layer.step(vertex, values));
      }
      return copy;
    }

    private static Step general(GraphVertex vertex, Map<String, INDArray> values) {
      Map<String, INDArray> table = vertex.paramTable(false);
      if (table != null) {
        table.forEach((name, array) -> array.assign(Objects.requireNonNull(values.get(name))));
      }
      return new Step(vertex);
    }
  }

  /** The steps in the order of computation. */
  List<Step> steps() {
    return List.copyOf(steps.values());
  }

  /** The number of inputs. */
  int inputs() {
    return graph.getNumInputArrays();
  }

  /** The names of the outputs. */
  List<String> outputs() {
    return graph.getConfiguration().getNetworkOutputs();
  }

  /** Where a step's inputs come from: names of steps, or of the graph's inputs. */
  List<String> sources(Step step) {
    List<String> sources = new ArrayList<>();
    for (VertexIndices source : step.vertex().getInputVertices()) {
      sources.add(graph.getVertices()[source.getVertexIndex()].getVertexName());
    }
    return sources;
  }

  /** The names of the inputs. */
  List<String> inputNames() {
    return graph.getConfiguration().getNetworkInputs();
  }

  /** The step of this name. */
  @Nullable Step step(String name) {
    return steps.values().stream().filter(s -> s.name().equals(name)).findFirst().orElse(null);
  }

  /**
   * Sets the batch that the next steps run on.
   *
   * @return for each step the mask of its first input, where there is one
   */
  Map<String, INDArray> begin(MultiDataSet batch) {
    INDArray[] features = batch.getFeatures();
    graph.setInputs(features);
    graph.clearLayerMaskArrays();
    INDArray[] masks = batch.getFeaturesMaskArrays();
    Map<String, INDArray> entering = new HashMap<>();
    if (masks == null) {
      return entering;
    }
    graph.setLayerMaskArrays(masks, null); // some vertices look their masks up in the graph
    Map<Integer, Pair<INDArray, MaskState>> passed = new HashMap<>();
    int examples = (int) features[0].size(0);
    for (int index : graph.topologicalSortOrder()) {
      GraphVertex vertex = graph.getVertices()[index];
      if (vertex.isInputVertex()) {
        passed.put(index, new Pair<>(masks[vertex.getVertexIndex()], MaskState.Active));
        continue;
      }
      VertexIndices[] sources = vertex.getInputVertices();
      INDArray[] before = new INDArray[sources.length];
      MaskState state = MaskState.Active;
      for (int i = 0; i < sources.length; i++) {
        Pair<INDArray, MaskState> source = passed.get(sources[i].getVertexIndex());
        if (source != null) {
          before[i] = source.getFirst();
          state = source.getSecond();
        }
      }
      if (before.length > 0 && before[0] != null) {
        entering.put(vertex.getVertexName(), before[0]);
      }
      passed.put(index, vertex.feedForwardMaskArrays(before, state, examples));
    }
    return entering;
  }
}
