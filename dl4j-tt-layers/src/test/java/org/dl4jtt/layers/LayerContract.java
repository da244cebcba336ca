package org.dl4jtt.layers;

/**
 * What every layer of ours does in a Deeplearning4j network, whatever it computes; the claims are
 * in the interfaces. To run them on a layer, extend this class in a test of the layer and say what
 * the layer is:
 *
 * <pre>{@code
 * class TTDenseContractTest extends LayerContract {
 *   public BaseLayer.Builder<?> layer() {               // new each time; smooth activation
 *     return new TTDense.Builder().nOut(6).ranks(2).autoModes(2).activation(Activation.TANH);
 *   }
 *   public InputType inputType() {                      // feedForward, convolutional or recurrent(n, 4)
 *     return InputType.feedForward(8);
 *   }
 * }
 * }</pre>
 *
 * <p>The layer stands between a stock layer of the same kind, by whose parameters the gradient of
 * its input is checked, and a stock output layer. Keep it tiny: every parameter is checked against
 * differences. A layer whose activations are no time series on recurrent input overrides {@link
 * #isSequence()}; one that takes indices overrides {@link #isFirst()} and {@link #features}.
 */
public abstract class LayerContract
    implements GradientClaims,
        SameNumbersClaims,
        SavingClaims,
        TrainingClaims,
        TransferClaims,
        ReportClaims {}
