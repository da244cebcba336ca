package org.dl4jtt.internal.onednn;

/**
 * A running layer that can hand images to a neighbour that takes them with channels last in memory.
 * They stay arrays of the shape that the network's format says; only their strides differ.
 */
public interface ImageLayer {

  /**
   * Asks for images with channels last in memory; where a layer cannot, it hands over arrays in 'c'
   * order as before.
   *
   * @param output what {@code activate} gives; false: 'c' order
   * @param inputGradient true: the gradient of the input lies in memory as the input does, whoever
   *     asks; false: 'c' order
   */
  void channelsLast(boolean output, boolean inputGradient);
}
