package org.dl4jtt.calibrate;

/**
 * A weight of a network.
 *
 * @param layer the layer's name, or its number in a MultiLayerNetwork without names
 * @param parameter DL4J's name of the weight in its layer, such as "W" or "RW"
 */
public record WeightName(String layer, String parameter) {
  @Override
  public String toString() {
    return "layer " + layer + ", weight " + parameter;
  }
}
