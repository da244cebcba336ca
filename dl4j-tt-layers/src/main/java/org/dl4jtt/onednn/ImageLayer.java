package org.dl4jtt.onednn;

/**
 * A running layer that can hand images, and the gradient of its input, to a neighbour that takes
 * them with channels last in memory. They stay arrays of the shape that the network's format says;
 * only their strides differ.
 */
public interface ImageLayer {

  /**
   * Asks for arrays with channels last in memory; where a layer cannot, it hands over arrays in 'c'
   * order as before. Until the next call.
   *
   * @param output what {@code activate} returns
   * @param inputGradient the gradient of the input, from {@code backpropGradient}
   */
  void channelsLast(boolean output, boolean inputGradient);
}
