package org.dl4jtt.compress;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.dl4jtt.surgery.BoundListener;
import org.dl4jtt.tensor.CoreChain;
import org.dl4jtt.tensor.CoreGains;
import org.dl4jtt.tensor.TensorRing;
import org.dl4jtt.tensor.TensorTrain;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Lets a step of a core move the product of the cores as far as a step of the dense weight would,
 * at the same learning rate.
 *
 * <p>A step of gradient descent on core k moves the product W by {@code −η J_k J_kᵀ ∂L/∂W}, up to
 * {@code ‖J_k‖²} times as far as a step on W ({@link CoreGains}). The gradient of each core is
 * divided by that number, so that the learning rates and schedules that suited the dense network
 * suit the small one. The numbers are computed anew at the start of each epoch.
 *
 * <pre>{@code
 * small.addListeners(new CoreSteps());
 * small.fit(train, 10);                 // at the learning rate of a dense network
 * }</pre>
 *
 * <p>Updaters whose steps are proportional to the gradient (SGD, Nesterovs) follow it; Adam and the
 * like divide the factor out again, and train as without. Gradient clipping acts on the divided
 * gradients. Weight decay is not divided.
 */
public final class CoreSteps extends BaseTrainingListener implements BoundListener {
  /** Of a layer's core: everything before its number is the same for all cores of a chain. */
  private static final Pattern CORE = Pattern.compile("(.*core)(\\d+)");

  private Map<String, Double> factors = Map.of();

  /** Creates a listener for one network. */
  public CoreSteps() {}

  @Override
  public void onEpochStart(Model model) {
    if (model instanceof NeuralNetwork) {
      factors = factors(model);
    }
  }

  @Override
  public void onGradientCalculation(Model model) {
    if (!(model instanceof NeuralNetwork)) { // a layer that is pretrained on its own
      return;
    }
    if (factors.isEmpty()) {
      factors = factors(model); // fit(DataSet) starts no epoch
    }
    Map<String, INDArray> gradients = model.gradient().gradientForVariable();
    factors.forEach(
        (name, factor) -> {
          INDArray gradient = gradients.get(name);
          if (gradient != null) { // frozen layers have none
            gradient.muli(factor);
          }
        });
  }

  /** Returns 1 / ‖J_k‖² by the name of each core. */
  private static Map<String, Double> factors(Model model) {
    Map<String, TreeMap<Integer, INDArray>> chains = new TreeMap<>();
    model
        .paramTable()
        .forEach(
            (name, values) -> {
              Matcher core = CORE.matcher(name);
              if (core.matches()) {
                chains
                    .computeIfAbsent(core.group(1), key -> new TreeMap<>())
                    .put(Integer.valueOf(core.group(2)), values);
              }
            });
    Map<String, Double> factors = new TreeMap<>();
    chains.forEach(
        (stem, cores) -> {
          double[] gains = CoreGains.of(chain(cores.values()));
          for (int k = 0; k < gains.length; k++) {
            if (gains[k] > 0) { // a product that is 0 gives no core a gradient
              factors.put(stem + k, 1 / gains[k]);
            }
          }
        });
    return factors;
  }

  private static CoreChain chain(Iterable<INDArray> parameters) {
    List<INDArray> cores = new ArrayList<>();
    for (INDArray core : parameters) {
      long left = core.size(0);
      long right = core.size(core.rank() - 1);
      cores.add(core.dup('c').reshape('c', left, core.length() / (left * right), right));
    }
    return cores.get(0).size(0) == 1 ? new TensorTrain(cores) : new TensorRing(cores);
  }
}
