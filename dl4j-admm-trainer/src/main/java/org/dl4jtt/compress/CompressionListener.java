package org.dl4jtt.compress;

/** Is told how a compression goes on; on the thread that runs it. */
public interface CompressionListener {
  /**
   * A stage begins, or goes on after {@link Compressor#resume}.
   *
   * @param epochsDone how many of its epochs are done already
   * @param epochs that it will take at most; 0 for a stage that does not train
   */
  default void stageStarted(Stage stage, int epochsDone, int epochs) {}

  /**
   * An epoch of a stage has ended, and is saved if there is a run folder.
   *
   * @param epoch its number, from 1
   * @param epochs that the stage will take at most
   */
  default void epochEnded(Stage stage, int epoch, int epochs) {}

  /** A stage has ended and was evaluated. */
  default void stageEnded(StageResult result) {}
}
