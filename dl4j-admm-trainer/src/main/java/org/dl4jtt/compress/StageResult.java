package org.dl4jtt.compress;

/**
 * The network at the end of a stage.
 *
 * @param stage which
 * @param weights all parameters of the network
 * @param score by the evaluation that was given
 * @param seconds that the stage took, its evaluation included
 */
public record StageResult(Stage stage, long weights, double score, double seconds) {}
